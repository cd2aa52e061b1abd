/** @file `npm start`: sets up what is missing, then JupyterLab on `notebooks/`. See --help. */

const HELP = `npm start [-- OPTIONS]

Installs what is missing (only inside this folder), builds what has changed and serves JupyterLab.

  --no-open   do not open a browser
  --port N    serve on port N (default: the first free one from 8888)
  --check     set up, run the first notebook, stop; prints "defnote: ready in N s"
  --help      this text`

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`defnote: Node ${process.versions.node} is too old: install Node 20 or newer.`)
  process.exit(1)
}

const { main, seconds, SetupError, step } = await import("./report.mjs")
await main(start)

async function start() {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(HELP)
  const { choosePort, startJupyter } = await import("./jupyter.mjs")
  const port = await choosePort(options.port) // before minutes of work that a taken port would waste
  const notebook = await firstNotebook()
  if (options.check && !notebook) {
    throw new SetupError("notebooks/01-*.ipynb is missing", "restore it from git")
  }
  await setUp()
  step("Starting JupyterLab")
  const page = notebook ? `/lab/tree/${encodeURIComponent(notebook)}` : "/lab"
  const exact = options.port !== undefined
  const server = await startJupyter({ port, exact, page, open: options.open })
  stopOnSignals(server)
  if (options.check) await checked(server, notebook)
  else await serve(server)
}

function parseOptions(words) {
  const options = {
    open: Boolean(process.stdout.isTTY),
    check: false,
    help: false,
    port: undefined,
  }
  const rest = words.flatMap((word) => word.split(/=(.*)/s, 2))
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--no-open") options.open = false
    else if (word === "--check") Object.assign(options, { check: true, open: false })
    else if (word === "--help" || word === "-h") options.help = true
    else if (word === "--port") options.port = parsePort(rest.shift())
    else throw new SetupError(`${word} is not an option`, "see npm start -- --help")
  }
  return options
}

function parsePort(word) {
  const port = Number(word)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new SetupError(`--port ${word ?? ""} is not a port`, "give a number from 1 to 65535")
}

/** npm and pip fetch at the same time; the build needs npm's packages only. */
async function setUp() {
  const { installPackages } = await import("./npm-packages.mjs")
  const { preparePython } = await import("./python.mjs")
  const done = await Promise.allSettled([
    installPackages({ tests: false }),
    preparePython(["requirements.txt"]),
  ])
  const failed = done.find(({ status }) => status === "rejected")
  if (failed) throw failed.reason
  const { buildAll } = await import("./build.mjs")
  await buildAll()
}

async function firstNotebook() {
  const { mkdirSync, readdirSync } = await import("node:fs")
  const { at } = await import("./paths.mjs")
  mkdirSync(at("notebooks"), { recursive: true })
  return readdirSync(at("notebooks")).find((name) => /^01-.*\.ipynb$/.test(name))
}

function stopOnSignals(server) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => {
      step("Stopping JupyterLab and its kernels")
      server.stop()
    })
  }
}

async function checked(server, notebook) {
  try {
    const { checkNotebook } = await import("./notebook-check.mjs")
    await checkNotebook(server, notebook)
  } finally {
    await server.stop()
  }
  console.log(`defnote: ready in ${Math.round(seconds())} s`)
}

async function serve(server) {
  step("Ready; press Ctrl+C to stop")
  console.log(`\n    ${server.url}\n`)
  const status = await server.ended
  process.exitCode = status === "SIGTERM" ? 0 : Number(status) || 0
}
