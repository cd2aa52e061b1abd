/** @file Connection files: what is missing is named, and only loopback may go without a key (D7.7). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { address, readConnection } from "./connection.ts"

const folder = mkdtempSync(join(tmpdir(), "kernel-connection-"))
afterAll(() => rmSync(folder, { recursive: true }))

const GOOD = {
  transport: "tcp",
  ip: "127.0.0.1",
  key: "secret",
  signature_scheme: "hmac-sha256",
  shell_port: 1,
  control_port: 2,
  iopub_port: 3,
  stdin_port: 4,
  hb_port: 5,
}

function read(changed: object) {
  const path = join(folder, "connection.json")
  writeFileSync(path, JSON.stringify({ ...GOOD, ...changed }))
  return readConnection(path)
}

test("addresses of TCP and of files", () => {
  expect(address(read({}), "shell")).toBe("tcp://127.0.0.1:1")
  expect(address(read({ transport: "ipc", ip: "/tmp/k" }), "hb")).toBe("ipc:///tmp/k-5")
})

test.each(["10.0.0.1", "0.0.0.0", "127.example.org", "*"])(
  "D7.7 no key for %s is refused",
  (ip) => {
    const message = `connection: no key for ${ip}; only loopback may be unsigned`
    expect(() => read({ ip, key: "" })).toThrow(message)
    expect(() => read({ ip, key: undefined })).toThrow(message)
    expect(read({ ip }).ip).toBe(ip)
  },
)

test.each([
  { ip: "127.0.0.1" },
  { ip: "::1" },
  { ip: "localhost" },
  { transport: "ipc", ip: "/k" },
])("no key is allowed for %j", (where) => expect(read({ ...where, key: "" }).key).toBe(""))

test("a port that is missing is named", () => {
  expect(() => read({ iopub_port: undefined })).toThrow(/iopub_port is undefined in .*; a port/u)
})
