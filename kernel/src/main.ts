/** @file Entry of the kernel host: reads the connection file, starts the processes, joins the parts. */
import { randomUUID } from "node:crypto"
import { appendFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { LanguageService } from "defnote/language"
import { isInternalScript } from "./host/internal-scripts.ts"
import { Kernel } from "./host/kernel.ts"
import { readSettings, type Settings } from "./host/settings.ts"
import { RuntimeProcess } from "./runtime/process.ts"
import { readConnection } from "./wire/connection.ts"
import { createSigner } from "./wire/sign.ts"
import { openTransport } from "./wire/socket.ts"

const VERSION = "0.1.0"
/** Frames of one message at most. */
const FRAMES = 1000
/** How often the death of the parent is looked for (ms). */
const PARENT_MS = 1000

const own = dirname(fileURLToPath(import.meta.url))

/** Starts a kernel for a connection file. */
async function main(connectionFile: string | undefined): Promise<void> {
  if (!connectionFile) throw new Error("usage: node kernel.mjs CONNECTION_FILE")
  const settings = readSettings(process.env)
  const log = createLog(settings)
  let kernel: Kernel | undefined
  const runtime = new RuntimeProcess({
    script: join(own, "child.mjs"),
    folder: process.cwd(),
    env: process.env,
    onEvent: (event) => kernel?.event(event),
    log,
  })
  const folder = process.cwd()
  const types = join(own, "types")
  const language = new LanguageService({ folder, types, tsc: settings.tsc, log })
  const session = randomUUID()
  const connection = readConnection(connectionFile)
  const transport = await openTransport({
    connection,
    signer: createSigner(connection.key, connection.signature_scheme),
    limits: { bytes: settings.messageLimit, frames: FRAMES },
    session,
    log,
    receive: (channel, message) => kernel?.receive(channel, message),
    subscribed: () => kernel?.subscribed(),
  })
  const exit = async () => {
    await Promise.race([Promise.all([runtime.stop(), language.stop()]), sleep(1000)])
    transport.close()
    process.exit(0)
  }
  kernel = new Kernel({
    session,
    transport,
    runtime,
    language,
    settings,
    version: VERSION,
    log,
    isInternal: (url) => isInternalScript(url, ownUrl),
    exit,
  })
  process.on("SIGINT", () => void kernel?.interrupt())
  process.on("SIGTERM", () => void exit())
  watchParent(() => void exit())
}

const ownUrl = pathToFileURL(own).href

function createLog({ log }: Settings): (line: string) => void {
  return (line) => {
    const text = `[defnote kernel] ${line}\n`
    if (log) appendFileSync(log, text)
    else process.stderr.write(text)
  }
}

/** Jupyter may be killed without telling: its kernels must not stay. */
function watchParent(gone: () => void): void {
  if (!process.env.JPY_PARENT_PID) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) gone()
  }, PARENT_MS).unref()
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
})
