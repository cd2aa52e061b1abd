/** @file A bounded store gives up what was not used for longest, and counts right. */
import { expect, test } from "vitest"
import { Recent } from "./recent.ts"

const names = (store: Recent<string>): string[] => store.entries().map(([name]) => name)

test("the least recently used goes first, by number and by bytes", () => {
  const store = new Recent<string>({ count: 3, bytes: 10 }, (text) => text.length)
  for (const name of ["a", "b", "c"]) expect(store.keep(name, "xx")).toBe(true)
  expect(store.use("a")).toBe("xx")
  store.keep("d", "xx")
  expect(names(store)).toEqual(["c", "a", "d"])
  store.keep("e", "xxxxxxx")
  expect(names(store)).toEqual(["d", "e"])
})

test("what is kept again or dropped counts once; what is too large is not kept", () => {
  const store = new Recent<string>({ count: 9, bytes: 6 }, (text) => text.length)
  store.keep("a", "xxx")
  store.keep("a", "xxxxx")
  expect(store.keep("b", "xxxxxxx")).toBe(false)
  store.drop("a")
  store.drop("a")
  store.keep("c", "xxx")
  store.keep("d", "xxx")
  expect([store.size, store.use("a"), ...names(store)]).toEqual([2, undefined, "c", "d"])
})
