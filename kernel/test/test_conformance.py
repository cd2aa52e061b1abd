"""The Jupyter Project's kernel tests on this kernel, and what they leave out (D10.4).

Needs the kernelspec `defnote` in the environment (`npm run build` puts it into `.venv`).
"""

import time
import unittest
from queue import Empty

import jupyter_kernel_test as jkt
import nbformat
from jupyter_kernel_test.msgspec_v5 import validate_message
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

KERNEL = "defnote"
SECONDS = 15


class TypeScriptKernel(jkt.KernelTests):
    """Samples for the suite, then tests of our own."""

    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "Math.fro", "matches": {"fround"}},
        {"text": "'x'.toUpperC", "matches": {"toUpperCase"}},
        {"text": "consol", "matches": {"console"}},
    ]
    complete_code_samples = [
        "1",
        "const a1: number = 2;",
        "function f(x: string) { return x; }",
        "console.log('x')",
        "type T = { a: 1 }",
        "class A<T> {}",
        "// c",
        "`a${1}b`",
    ]
    incomplete_code_samples = [
        "function f() {",
        "const o = {",
        "console.log(",
        "`abc",
        "/* open",
        "[1, 2,",
        "if (true) {",
        "class A<T> {",
    ]
    invalid_code_samples = ["let 1x = 2", "const = 3", "} foo", "1 +* 2 )"]
    code_generate_error = "throw new Error('boom')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2, 3].map((n: number) => n * 2)", "result": "[ 2, 4, 6 ]"},
        {"code": "await Promise.resolve(5)", "result": "5"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })",
            "mime": "text/html",
        },
    ]
    code_display_data = [
        {"code": "display({'text/html': '<b>x</b>'})", "mime": "text/html"},
        {"code": "import * as ts1 from 'tslab'; ts1.display.svg('<svg/>')", "mime": "image/svg+xml"},
        {"code": "display(new Uint8Array([137, 80, 78, 71, 13, 10]))", "mime": "image/png"},
    ]
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "console"
    code_clear_output = "clearOutput()"

    def setUp(self):
        self.flush_channels()

    def tearDown(self):
        time.sleep(0.1)

    def flush_channels(self):
        """Reads what is left; the suite has no schema for comm_close, so nothing is validated."""
        for channel in (self.kc.shell_channel, self.kc.iopub_channel):
            while True:
                try:
                    jkt.ensure_sync(channel.get_msg)(timeout=0.1)
                except Empty:
                    break

    def run_cell(self, code, **options):
        """The content of the reply and the iopub messages of a cell."""
        message = self.kc.execute(code, **options)
        outputs = []
        while True:
            found = self.kc.get_iopub_msg(timeout=SECONDS)
            if found["parent_header"].get("msg_id") != message:
                continue
            outputs.append(found)
            if found["content"].get("execution_state") == "idle":
                return self.reply_to(message)["content"], outputs

    def reply_to(self, message):
        while True:
            reply = self.kc.get_shell_msg(timeout=SECONDS)
            if reply["parent_header"].get("msg_id") == message:
                return reply

    def results(self, outputs):
        found = [m for m in outputs if m["msg_type"] == "execute_result"]
        return [m["content"]["data"]["text/plain"] for m in found]

    def test_state_is_kept(self):
        self.run_cell("const keep = 1 as number")
        self.assertEqual(self.results(self.run_cell("keep + 1")[1]), ["2"])

    def test_names_can_be_declared_again(self):
        for value in "12":
            self.assertEqual(self.run_cell(f"const again = {value}")[0]["status"], "ok")

    def test_silent(self):
        count = self.run_cell("1")[0]["execution_count"]
        _, outputs = self.run_cell("2", silent=True)
        self.assertEqual([m["msg_type"] for m in outputs], ["status", "status"])
        self.assertEqual(self.run_cell("3")[0]["execution_count"], count + 1)

    def test_order_of_messages(self):
        types = [m["msg_type"] for m in self.run_cell("console.log('a'); 7")[1]]
        self.assertEqual(types, ["status", "execute_input", "stream", "execute_result", "status"])

    def test_error_aborts_the_queue(self):
        failing = "await new Promise((_, no) => setTimeout(() => no(new Error('stop')), 400))"
        messages = [self.kc.execute(failing), self.kc.execute("1")]
        got = {}
        while not set(messages) <= set(got):
            reply = self.kc.get_shell_msg(timeout=SECONDS)
            got[reply["parent_header"].get("msg_id")] = reply["content"]["status"]
        self.assertEqual([got[m] for m in messages], ["error", "aborted"])

    def test_user_expressions(self):
        self.run_cell("var ux = 20")
        reply, _ = self.run_cell("0", user_expressions={"a": "ux + 1", "bad": "nope_"})
        expressions = reply["user_expressions"]
        self.assertEqual(expressions["a"]["data"]["text/plain"], "21")
        self.assertEqual(expressions["bad"]["status"], "error")

    def test_input(self):
        message = self.kc.execute("input('name? ')", allow_stdin=True)
        question = self.kc.get_stdin_msg(timeout=SECONDS)
        self.assertEqual(question["content"], {"prompt": "name? ", "password": False})
        self.kc.input("hello")
        self.assertEqual(self.reply_to(message)["content"]["status"], "ok")

    def test_comm_info(self):
        message = self.kc.comm_info()
        validate_message(self.reply_to(message), "comm_info_reply", message)

    def test_unknown_comm_is_closed(self):
        content = {"comm_id": "z1", "target_name": "no-such", "data": {}}
        self.kc.shell_channel.send(self.kc.session.msg("comm_open", content))
        end, seen = time.time() + SECONDS, []
        while time.time() < end and "comm_close" not in seen:
            seen.append(self.kc.get_iopub_msg(timeout=SECONDS)["msg_type"])
        self.assertIn("comm_close", seen)

    def test_cursor_counts_code_points(self):
        code = "'\U0001f600'; Math.fro"
        reply = self.reply_to(self.kc.complete(code))["content"]
        self.assertEqual(code[reply["cursor_start"] : reply["cursor_end"]], "fro")
        self.assertIn("fround", reply["matches"])

    def interrupted(self, code):
        """The reply of a cell that is interrupted, and the seconds that took."""
        message = self.kc.execute(code)
        time.sleep(0.5)
        start = time.time()
        self.km.interrupt_kernel()
        reply = self.reply_to(message)["content"]
        return reply, time.time() - start

    def test_zz_interrupts(self):
        for code in ("await new Promise(() => {})", "while (true) {}", "for (;;) await null"):
            with self.subTest(code):
                reply, seconds = self.interrupted(code)
                self.assertEqual((reply["status"], reply["ename"]), ("error", "InterruptError"))
                self.assertLess(seconds, 5)
                self.flush_channels()
                self.assertEqual(self.run_cell("1")[0]["status"], "ok")

    def test_zzz_restart(self):
        self.run_cell("var gone = 1")
        self.km.restart_kernel(now=True)
        self.kc.wait_for_ready(timeout=20)
        self.assertEqual(self.results(self.run_cell("typeof gone")[1]), ["'undefined'"])


class Welcome(jkt.IopubWelcomeTests):
    """A new subscriber is told that it is subscribed."""

    kernel_name = KERNEL
    support_iopub_welcome = True


class Notebooks(unittest.TestCase):
    """nbclient, which stops reading at idle: nothing may come later."""

    def execute(self, *sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, kernel_name=KERNEL, timeout=60).execute()
        return notebook

    def test_outputs(self):
        code = "for (let i = 0; i < 5000; i++) console.log(i)"
        notebook = self.execute("const x = 20", code, "display({'text/html': 'h'}); x + 1")
        lines = "".join(o["text"] for o in notebook.cells[1].outputs).split()
        self.assertEqual(lines, [str(i) for i in range(5000)])
        kinds = [o["output_type"] for o in notebook.cells[2].outputs]
        self.assertEqual(kinds, ["display_data", "execute_result"])

    def test_an_updated_display_is_replaced_everywhere(self):
        update = "display({'text/plain': 'new'}, { id: 'd', update: true })"
        notebook = self.execute("display({'text/plain': 'old'}, { id: 'd' })", update)
        self.assertEqual(notebook.cells[0].outputs[0]["data"]["text/plain"], "new")

    def test_an_error_stops_the_notebook(self):
        with self.assertRaises(CellExecutionError) as raised:
            self.execute("throw new RangeError('out of it')")
        self.assertIn("RangeError", str(raised.exception))
