"""Runs notebooks from top to bottom and saves them with their outputs: what a reader sees without running them.

    .venv/bin/python scripts/save_notebooks.py notebooks/*.ipynb

Needs `npm run build`. Times are not recorded, so that a new run changes only what changed.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LIMIT_S = 300


def save(path):
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(Path(path).resolve().parent)}}
    client = NotebookClient(notebook, timeout=LIMIT_S, resources=resources, record_timing=False)
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)


for name in sys.argv[1:]:
    save(name)
    print(f"saved {name}")
