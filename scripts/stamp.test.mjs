/** @file A step runs when something of it has changed, and not otherwise. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { at } from "./paths.mjs"
import { refresh } from "./stamp.mjs"

let folder
let runs
const name = `test-${process.pid}`
const file = (...parts) => path.join(folder, ...parts)

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "defnote-stamp-"))
  runs = 0
  mkdirSync(file("src"))
  writeFileSync(file("src", "a.ts"), "1")
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  rmSync(at(".cache", "stamps", name), { force: true })
})

const make = () => {
  runs += 1
  writeFileSync(file("out"), "")
}
const again = () => refresh({ name, inputs: [file("src")], outputs: [file("out")], make })

test("nothing changed: nothing to do", async () => {
  expect(await again()).toBe(true)
  expect(await again()).toBe(false)
  expect(runs).toBe(1)
})

test("a changed, a new and a renamed input", async () => {
  await again()
  writeFileSync(file("src", "a.ts"), "2")
  expect(await again()).toBe(true)
  writeFileSync(file("src", "b.ts"), "")
  expect(await again()).toBe(true)
  rmSync(file("src", "b.ts"))
  writeFileSync(file("src", "c.ts"), "")
  expect(await again()).toBe(true)
})

test("a missing output", async () => {
  await again()
  rmSync(file("out"))
  expect(await again()).toBe(true)
})

test("a step that failed runs again", async () => {
  const failing = {
    name,
    inputs: [file("src")],
    outputs: [],
    make: () => Promise.reject(Error("no")),
  }
  await expect(refresh(failing)).rejects.toThrow("no")
  expect(await again()).toBe(true)
})
