/** @file What `npm start` says where something is missing: one sentence with the remedy, exit status 1. */
import { execFile } from "node:child_process"
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { root, windows } from "./paths.mjs"

/** A clone in which nothing is installed, with a space and letters that are not ASCII in its path. */
const clone = path.join(mkdtempSync(path.join(tmpdir(), "defnote-start-")), "ein Ordner für 数")
const commands = path.join(clone, "commands")

/** Stands for a program on PATH. */
function command(name, lines) {
  const file = path.join(commands, name)
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
}

/** The last line that a start prints, and its exit status; the person's own programs are not on PATH. */
function start(...options) {
  const script = path.join(clone, "scripts", "start.mjs")
  const env = { PATH: commands, HOME: path.join(clone, "absent") }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...options], { env, cwd: clone }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, said: stderr.trim().split("\n").at(-1), stdout }),
    )
  })
}

beforeAll(() => {
  for (const name of ["package.json", "package-lock.json", "requirements.txt", "constraints.txt"]) {
    cpSync(path.join(root, name), path.join(clone, name))
  }
  cpSync(path.join(root, "scripts"), path.join(clone, "scripts"), { recursive: true })
  mkdirSync(path.join(clone, "notebooks"))
  writeFileSync(path.join(clone, "notebooks", "01-x.ipynb"), "{}")
})
beforeEach(() => {
  for (const folder of [commands, path.join(clone, ".venv")]) {
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(commands)
  symlinkSync("/bin/sh", path.join(commands, "sh"))
  command("npm", "exit 0")
})
afterAll(() => rmSync(path.dirname(clone), { recursive: true, force: true }))

const PYTHON = `case "$*" in *sys.executable*) echo ${JSON.stringify(path.join(commands, "python3"))}; exit 0;;`

const VENV = `*"-m venv"*) /bin/mkdir -p .venv/bin; /bin/cp "$0" .venv/bin/python; exit 0;;`

/** What is on PATH beside a working npm, or instead of it, and the sentence. */
const MISSING = {
  "no Python": [() => {}, /^defnote: Python 3\.10 or newer was not found: install Python/],
  "a Python that is too old": [
    () => command("python3", "exit 0"),
    /^defnote: Python 3\.10 or newer was not found: install Python/,
  ],
  "no venv module": [
    () => command("python3", `${PYTHON} esac; echo "No module named $2" >&2; exit 1`),
    /^defnote: Python's venv module does not work: install python3-venv .*or uv\.$/,
  ],
  "no pip and no uv": [
    () => command("python3", `${PYTHON} ${VENV} *-m*) exit 1;; esac; exit 0`),
    /^defnote: neither uv nor pip is available: install python3-venv/,
  ],
  "no index of Python packages": [
    () =>
      command(
        "python3",
        `${PYTHON} ${VENV} *"pip install"*) echo "Temporary failure in name resolution" >&2; exit 1;; esac; exit 0`,
      ),
    /^defnote: the Python package index could not be reached: check the network/,
  ],
  "no npm": [
    () => rmSync(path.join(commands, "npm")),
    /^defnote: npm was not found: install Node 20 or newer with its npm\.$/,
  ],
  "no npm registry": [
    () => command("npm", "echo 'npm error code EAI_AGAIN' >&2; exit 1"),
    /^defnote: npm could not reach its registry: check the network/,
  ],
  "a full disk": [
    () => command("npm", "echo 'npm error code ENOSPC' >&2; exit 1"),
    /^defnote: the disk is full: free 1 GB and try again\.$/,
  ],
}

test.skipIf(windows).each(Object.entries(MISSING))("%s", async (_name, [prepare, sentence]) => {
  prepare()
  const { status, said } = await start("--check")
  expect(said).toMatch(sentence)
  expect(status).toBe(1)
})

test.each([
  [["--port", "x"], "defnote: --port x is not a port: give a number from 1 to 65535."],
  [["--port=70000"], "defnote: --port 70000 is not a port: give a number from 1 to 65535."],
  [["--fast"], "defnote: --fast is not an option: see npm start -- --help."],
])("options %j", async (options, sentence) => {
  expect(await start(...options)).toMatchObject({ status: 1, said: sentence })
})

test("--help starts nothing", async () => {
  const { status, stdout } = await start("--help")
  expect([status, stdout]).toEqual([0, expect.stringContaining("npm start [-- OPTIONS]")])
})
