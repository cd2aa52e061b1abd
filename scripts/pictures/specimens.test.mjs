/** @file Specimens of the gallery: a name is a file name, so there is one of each. */
import { expect, test } from "vitest"
import { GROUPS } from "./specimens.mjs"

const all = Object.values(GROUPS).flatMap(({ specimens }) => specimens)

test("a specimen's name is its own, and a file's", () => {
  const names = all.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  expect(names.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([])
})

test("a specimen has code, and what is done to it is a function", () => {
  for (const { source, act, edit } of all) {
    expect(source.trim()).not.toBe("")
    for (const step of [act, edit]) expect(["function", "undefined"]).toContain(typeof step)
  }
})
