"""Every notebook runs from top to bottom and gives outputs of the kinds that are stored in it."""

import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(p for p in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
CELL_LIMIT_S = 600 if os.environ.get("DEFNOTE_FULL") == "1" else 120


def structure(outputs):
    """What must stay the same between runs: kinds and MIME types, not times, addresses or pictures."""
    kinds = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            entry = (kind, output["name"])
        elif kind == "error":
            entry = (kind, output["ename"])
        else:
            entry = (kind, *sorted(output["data"]))
        if not kinds or kinds[-1] != entry or kind != "stream":
            kinds.append(entry)
    return kinds


def may_fail(cell):
    return "raises-exception" in cell.metadata.get("tags", [])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_notebook(path):
    stored = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=CELL_LIMIT_S, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    for number, (before, after) in enumerate(zip(stored.cells, notebook.cells), 1):
        if after.cell_type != "code":
            continue
        where = f"{path.name}, cell {number}:\n{after.source}"
        errors = [o for o in after.outputs if o["output_type"] == "error"]
        assert may_fail(after) or not errors, f"{where}\n{errors}"
        assert structure(after.outputs) == structure(before.outputs), where


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.relative_to(FOLDER).as_posix())
def test_stored_notebook(path):
    """What a reader sees without running it: our kernel, outputs in place, no folder of a machine."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "defnote"
    cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    assert any(c.outputs for c in cells), "no outputs are stored; run the notebook and save it"
    assert not re.search(r"/(home|Users|root|tmp)/", path.read_text("utf8"))
