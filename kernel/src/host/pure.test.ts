/** @file The protocol core runs in a browser worker: nothing of Node is reached from it (D7.7). */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const src = join(import.meta.dirname, "..")
const files = ["host", "cells"]
  .flatMap((room) => readdirSync(join(src, room)).map((name) => join(room, name)))
  .concat("wire/message.ts")
  .filter((name) => !name.endsWith(".test.ts"))

test.each(files)("%s uses no Node API", (name) => {
  const text = readFileSync(join(src, name), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/gu, "")
  const imports = [...text.matchAll(/^(?:import|export|\}) .*from "([^"]+)"$/gmu)].map(
    ([, specifier]) => specifier,
  )
  expect(
    imports.filter((specifier) => /^(?:node:|zeromq)|\/(?:runtime|language)\//u.test(specifier)),
  ).toEqual([])
  expect(text).not.toMatch(/\b(?:process|Buffer|setImmediate|__dirname)\b/u)
})
