/** @file Ports: a taken one is refused, the server is known by what it wrote, not by who answers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { choosePort, portOf } from "./jupyter.mjs"

const taken = createServer()
const folder = mkdtempSync(path.join(tmpdir(), "defnote-servers-"))
beforeAll(() => new Promise((done) => taken.listen(0, "127.0.0.1", done)))
afterAll(() => {
  taken.close()
  rmSync(folder, { recursive: true })
})

test("a wanted port that is taken is refused with the remedy", async () => {
  const { port } = taken.address()
  await expect(choosePort(port)).rejects.toThrow(
    `port ${port} is in use or not allowed: choose another with --port`,
  )
})

test("without a wanted port there is a free one", async () => {
  const port = await choosePort()
  expect(await choosePort(port)).toBe(port)
})

test("the server's port comes from the file with its token", () => {
  const write = (pid, text) => writeFileSync(path.join(folder, `jpserver-${pid}.json`), text)
  expect(portOf(path.join(folder, "absent"), "mine")).toBeUndefined()
  write(1, JSON.stringify({ port: 8888, token: "other" }))
  write(2, '{"port": 88')
  expect(portOf(folder, "mine")).toBeUndefined()
  write(3, JSON.stringify({ port: 8890, token: "mine" }))
  expect(portOf(folder, "mine")).toBe(8890)
})
