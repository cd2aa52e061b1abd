"""Runs a notebook as a browser does, over the server's REST and WebSocket interfaces.

Arguments: the server's address, the notebook's path on the server. The token is in JUPYTER_TOKEN.
Prints one JSON line {"cells": n, "outputs": n}; ends with 1 and a message when a cell fails.
"""

import json
import os
import sys
import time
import urllib.parse
import urllib.request
import uuid

import websocket

CELL_LIMIT_S = 120


def request(base, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"token {os.environ['JUPYTER_TOKEN']}"}
    call = urllib.request.Request(f"{base}{path}", data, headers, method=method)
    with urllib.request.urlopen(call, timeout=60) as reply:
        text = reply.read()
    return json.loads(text) if text else None


def execute_request(session, code):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": session,
        "username": "check",
        "version": "5.4",
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": "shell",
        "buffers": [],
    }


def run_cell(socket, session, code):
    """The outputs of one cell; the cell is over when the reply and `idle` have both come."""
    message = execute_request(session, code)
    socket.send(json.dumps(message))
    outputs, reply, idle = [], None, False
    limit = time.monotonic() + CELL_LIMIT_S
    while reply is None or not idle:
        if time.monotonic() > limit:
            raise TimeoutError(f"no end after {CELL_LIMIT_S} s")
        answer = json.loads(socket.recv())
        if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        kind, content = answer["header"]["msg_type"], answer["content"]
        if kind == "execute_reply":
            reply = content
        elif kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind in ("stream", "display_data", "execute_result", "error"):
            outputs.append((kind, content))
    return reply, outputs


def failure_in(reply, outputs):
    for kind, content in outputs:
        if kind == "error":
            return f"{content['ename']}: {content['evalue']}"
    return None if reply["status"] == "ok" else f"the reply was {reply['status']}"


def check(base, path):
    quoted = urllib.parse.quote(path)
    notebook = request(base, "GET", f"/api/contents/{quoted}?content=1")["content"]
    body = {
        "path": path,
        "name": path,
        "type": "notebook",
        "kernel": {"name": notebook["metadata"]["kernelspec"]["name"]},
    }
    session = request(base, "POST", "/api/sessions", body)
    try:
        return run_cells(base, session["kernel"]["id"], notebook)
    finally:
        request(base, "DELETE", f"/api/sessions/{session['id']}")


def run_cells(base, kernel, notebook):
    ident = uuid.uuid4().hex
    address = base.replace("http", "ws", 1)
    address = f"{address}/api/kernels/{kernel}/channels?session_id={ident}"
    headers = [f"Authorization: token {os.environ['JUPYTER_TOKEN']}"]
    socket = websocket.create_connection(address, timeout=CELL_LIMIT_S, header=headers)
    cells = outputs = 0
    try:
        for number, cell in enumerate(notebook["cells"], 1):
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or not source.strip():
                continue
            reply, made = run_cell(socket, ident, source)
            failed = failure_in(reply, made)
            if failed is None and cell["outputs"] and not made:
                failed = "no output, although the notebook has one stored"
            if failed is not None:
                sys.exit(f"cell {number} failed: {failed}\n{source}")
            cells, outputs = cells + 1, outputs + len(made)
    finally:
        socket.close()
    if outputs == 0:
        sys.exit("the notebook ran, but no cell had an output")
    return {"cells": cells, "outputs": outputs}


if __name__ == "__main__":
    print(json.dumps(check(sys.argv[1], sys.argv[2])))
