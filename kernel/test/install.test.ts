/** @file `await install(...)` from a registry on this machine: ES modules, CommonJS, failures (D7.3). */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Exchange, resultText, streamText, TestKernel, uncoloured } from "./client.ts"

const PACKAGES: Record<string, { manifest: object; files: Record<string, string> }> = {
  "only-esm": {
    manifest: { type: "module", exports: "./index.js" },
    files: { "index.js": "export const kind = 'module'\nexport default 1" },
  },
  "only-commonjs": {
    manifest: { main: "main.js" },
    files: { "main.js": "exports.kind = 'commonjs'; exports.twice = (x) => 2 * x" },
  },
}

const folder = mkdtempSync(join(tmpdir(), "kernel-install-"))
let registry: Server
let kernel: TestKernel

beforeAll(async () => {
  const tarballs = new Map(Object.keys(PACKAGES).map((name) => [name, pack(name)]))
  registry = createServer((request, response) => {
    const [name, file] = (request.url ?? "").slice(1).split("/")
    if (name === "never-answered") return registry.emit("asked")
    const tarball = tarballs.get(name)
    if (!tarball) return response.writeHead(404).end("{}")
    response.end(file ? tarball : describe(name, `http://${request.headers.host}`))
  })
  await new Promise<void>((done) => registry.listen(0, "127.0.0.1", done))
  const { port } = registry.address() as AddressInfo
  kernel = await TestKernel.start({
    folder: notebook("first"),
    env: {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(folder, "cache"),
      npm_config_fetch_retries: "0",
      DEFNOTE_TYPECHECK: "off",
    },
  })
})
afterAll(async () => {
  await kernel.stop()
  registry.close()
  rmSync(folder, { recursive: true })
})

function notebook(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

/** The tarball of a package, as `npm publish` sends it: everything is in `package/`. */
function pack(name: string): Buffer {
  const { manifest, files } = PACKAGES[name]
  const at = join(folder, name)
  mkdirSync(join(at, "package"), { recursive: true })
  writeFileSync(
    join(at, "package", "package.json"),
    JSON.stringify({ name, version: "1.0.0", ...manifest }),
  )
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, "package", file), text)
  execFileSync("tar", ["-czf", join(at, "packed.tgz"), "-C", at, "package"])
  return readFileSync(join(at, "packed.tgz"))
}

function describe(name: string, base: string): string {
  const version = { name, version: "1.0.0", dist: { tarball: `${base}/${name}/packed.tgz` } }
  const latest = { ...version, ...PACKAGES[name].manifest }
  return JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": latest } })
}

const traceback = ({ reply }: Exchange) => uncoloured((reply.traceback as string[]).join("\n"))

test("an absent package says how to get it, and is found once it is installed", async () => {
  const absent = await kernel.execute('import { kind } from "only-esm"')
  expect(absent.reply).toMatchObject({ status: "error" })
  expect(traceback(absent)).toContain('await install("only-esm")')
  const installed = await kernel.execute('await install("only-esm", "only-commonjs@1.0.0")')
  expect(installed.reply).toMatchObject({ status: "ok" })
  expect(streamText(installed)).toMatch(/added 2 packages/u)
  const both = await kernel.execute(`import one, { kind as esm } from "only-esm"
    import { kind as commonjs } from "only-commonjs"
    ;[one, esm, commonjs, require("only-commonjs").twice(4)]`)
  expect(resultText(both)).toBe("[ 1, 'module', 'commonjs', 8 ]")
  const manifest = JSON.parse(readFileSync(join(folder, "first", "package.json"), "utf8"))
  expect(Object.keys(manifest.dependencies)).toEqual(["only-commonjs", "only-esm"])
})

test("a package that the registry does not have: npm's message, and a sentence", async () => {
  const failed = await kernel.execute('await install("no-such-package")')
  expect(failed.reply).toMatchObject({
    ename: "Error",
    evalue: "install: no-such-package: npm ended with 1; its message is above",
  })
  expect(streamText(failed, "stderr")).toMatch(/404 .*no-such-package/u)
})

test.each(["", "--global", "a b", "../folder", "x; rm -rf y", "https://x.y/z.tgz"])(
  "%j is no package name",
  async (name) => {
    const { reply } = await kernel.execute(`await install(${JSON.stringify(name)})`)
    expect(reply).toMatchObject({ ename: "TypeError" })
    expect(reply.evalue).toBe(
      `install: "${name}" is no package name; name or name@version is allowed`,
    )
  },
)

test.skipIf(process.platform === "win32")("an interrupt ends npm", async () => {
  const asked = new Promise((done) => registry.once("asked", done))
  const cell = kernel.begin('await install("never-answered")')
  await asked
  const children = "require('child_process').spawnSync('pgrep', ['-P', process.pid, 'n']).status"
  await kernel.request("interrupt_request", {}, "control")
  expect((await cell.done).reply.ename).toBe("InterruptError")
  await expect.poll(async () => resultText(await kernel.execute(children))).toBe("1")
})
