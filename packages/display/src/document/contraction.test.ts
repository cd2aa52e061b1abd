/** @file Products of matrices from their labels. */
import { describe, expect, it } from "vitest"
import { productText } from "./contraction.ts"

const text = (spec: string) => productText(spec, ["p", "q"], { times: " · ", transposed: "ᵀ" })

describe("productText", () => {
  it.each([
    ["ab,bc->ac", "p · q"],
    ["ab,cb->ac", "p · qᵀ"],
    ["ba,bc->ac", "pᵀ · q"],
    ["ab,ac->cb", "qᵀ · p"],
    ["ab,ca->cb", "q · p"],
    ["zab,zbc->zac", "p · q"],
    ["zab,zac->zcb", "qᵀ · p"],
  ])("writes %s as %s", (spec, expected) => expect(text(spec)).toBe(expected))

  it.each(["a,a->", "a,b->ab", "abc,bcd->ad", "azb,zbc->zac", "ab,ba->ab"])(
    "has no product for %s",
    (spec) => expect(text(spec)).toBeUndefined(),
  )
})
