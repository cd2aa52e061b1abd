/** @file Tables of data: types, dates, what is missing, order, bounds, and that data never becomes markup. */
import { MIME, readPayload, type TableDoc } from "@defnote/display"
import { makeTable, tableDocument } from "@defnote/display/table"
import { describe, expect, test } from "vitest"
import { table, tensor } from "../src/index.ts"
import { TableStore } from "../src/table-rows.ts"

const htmlOf = (output: { bundle: Readonly<Record<string, unknown>> }) =>
  String(output.bundle["text/html"])
/** Cells of the line of the text that begins with a word. */
const line = (text: string, name: string) =>
  (text.split("\n").find((l) => l.startsWith(name)) ?? "").split(/ {2,}/).slice(1)

const penguins = [
  { species: "Adelie", mass: 3750, bill: 39.1, when: "2007-11-11", sex: "MALE", ok: true },
  { species: "Gentoo", mass: null, bill: Number.NaN, when: "2009-01-01", sex: "", ok: false },
  { species: "Adelie", mass: 3250, bill: 41.25, when: "2008-06-01", sex: "FEMALE", ok: true },
]

describe("columns", () => {
  test("have types, ranges with their shape, and counts of what is missing", () => {
    const text = String(table(penguins))
    expect(text.split("\n")[0]).toBe("3 rows × 6 columns, ∅ is missing")
    expect(line(text, "type")).toEqual(
      ["integer", "number", "date", "text", "boolean"].flatMap((t) =>
        t === "integer" ? ["text", t] : [t],
      ),
    )
    expect(line(text, "range")).toEqual([
      "2 values: Adelie 67 %",
      "3250 █▁▁▁▁▁▁█ 3750",
      "39.10 █▁▁▁▁▁▁█ 41.25",
      expect.stringMatching(/^2007-11-11 █.*█ 2009-01-01$/),
      "2 values",
      "67 % true",
    ])
    expect(text).toMatch(/missing +1 ∅ +1 ∅ +1 ∅/)
    expect(line(text, "1")).toEqual(["Gentoo", "∅", "∅", "2009-01-01", "∅", "false"])
  })

  test("numbers in text, as in a CSV file, are numbers that say so", () => {
    const text = String(table([{ x: "10" }, { x: "9" }, { x: "" }], { sortBy: "x" }))
    expect(line(text, "type")).toEqual(["text number"])
    expect(
      text
        .split("\n")
        .slice(-3)
        .map((l) => l[0]),
    ).toEqual(["1", "0", "2"])
  })

  test("dates with a time of day show it, in UTC on every machine", () => {
    const rows = [{ t: new Date(Date.UTC(2024, 1, 29, 23, 5)) }, { t: "2024-03-01T01:00:00+02:00" }]
    const text = String(table(rows))
    expect(line(text, "0")).toEqual(["2024-02-29 23:05"])
    expect(line(text, "1")).toEqual(["2024-02-29 23:00"])
    expect(line(String(table([{ t: new Date(Number.NaN) }])), "0")).toEqual(["∅"])
  })

  test("columns that some rows lack, mixed and nested values", () => {
    const text = String(table([{ a: 1 }, { a: "x", b: { c: [1, 2] } }]))
    expect(line(text, "type")).toEqual(["mixed", "object"])
    expect(line(text, "0")).toEqual(["1", "∅"])
    expect(text).toContain('{"c":[1,2]}')
  })

  test("may be given as columns: arrays, typed arrays, tensors", () => {
    const text = String(
      table({ a: ["x", "y"], b: Float32Array.of(1, 2.5), c: tensor([true, false]) }),
    )
    expect(line(text, "type")).toEqual(["text", "number", "boolean"])
  })
})

describe("rows", () => {
  const rows = Array.from({ length: 500 }, (_, i) => ({
    i,
    x: (i * 7) % 10 === 3 ? null : (i * 37) % 100,
  }))

  test("are as many as asked for, and the caption says how many there are", () => {
    const text = String(table(rows, { title: "numbers", limit: 5 }))
    expect(text.split("\n")[0]).toBe("numbers: 500 rows × 2 columns, 5 rows shown, ∅ is missing")
    expect(text.split("\n")).toHaveLength(10)
    expect(htmlOf(table(rows)).match(/<tr>/g)).toHaveLength(24)
  })

  test("are sorted up and down, equal ones in their order, what is missing last", () => {
    const first = (descending: boolean, limit: number) =>
      String(table(rows, { sortBy: "x", descending, limit }))
        .split("\n")
        .slice(5)
        .map((l) => l.split(/ +/).slice(1).map(Number))
    const up = first(false, 500)
    const shown = up.map(([, x]) => x)
    const present = shown.filter((x) => !Number.isNaN(x))
    expect(present).toEqual([...present].sort((a, b) => a - b))
    expect(shown.slice(0, present.length)).toEqual(present)
    expect(first(true, 1)[0][1]).toBe(Math.max(...present))
  })
})

describe("the payload", () => {
  const docOf = (output: { bundle: Readonly<Record<string, unknown>> }) => {
    const { doc, problem } = readPayload("table", output.bundle[MIME.table])
    expect(problem).toBeUndefined()
    return doc as TableDoc
  }
  const many = Array.from({ length: 300 }, (_, i) => ({ i, x: i % 3 ? (i * 37) % 101 : null }))

  test("has every row of a small table with its place by each column, whatever order it came in", () => {
    const doc = docOf(table(penguins, { sortBy: "bill" }))
    expect(doc.rows).toEqual([0, 2, 1])
    expect(doc.order).toEqual({ column: "bill", descending: false })
    const column = (name: string) => doc.columns.find((c) => c.name === name)
    expect(column("bill")?.values).toEqual(["39.10", "41.25", null])
    expect(column("mass")?.rank).toEqual([1, 0, 2])
    expect(column("species")?.rank).toEqual([0, 0, 1])
  })

  test("has the first rows of a large one, as many as asked for and as their text allows", () => {
    expect(docOf(table(many)).rows).toHaveLength(100)
    expect(docOf(table(many, { limit: 7 })).rows).toHaveLength(7)
    expect(docOf(table(many)).columns[0].rank).toBeUndefined()
    const long = many.map(({ i }) => ({
      i,
      ...Object.fromEntries([..."abcdefgh"].map((c) => [c, "word ".repeat(100)])),
    }))
    const doc = docOf(table(long, { limit: 300 }))
    expect(doc.rows.length).toBeLessThan(300)
    expect(JSON.stringify(doc.columns).length).toBeLessThan(260_000)
    expect(doc.columns[1].values[0]).toHaveLength(200)
  })

  const store = new TableStore()
  const data = new Map<string, unknown[]>([
    ["i", many.map(({ i }) => i)],
    ["x", many.map(({ x }) => x)],
  ])
  const made = makeTable(data)
  const live = tableDocument(made, "", 10, (doc) => store.keep(made, doc))
  const ask = (more: object) =>
    store.answer({ request: 3, id: live.live?.id, from: 0, count: 4, ...more })

  test("names the table that the kernel keeps: the same for the same data", () => {
    expect(live.live?.id).toMatch(/^[0-9a-f]{8}$/)
    const again = tableDocument(makeTable(data), "", 10, (doc) => new TableStore().keep(made, doc))
    expect(again).toEqual(live)
  })

  test("of which any rows are given, in any order", () => {
    expect(ask({ from: 298 })).toEqual({
      request: 3,
      rows: [298, 299],
      values: [
        ["298", "299"],
        [String((298 * 37) % 101), String((299 * 37) % 101)],
      ],
    })
    const sorted = ask({ order: { column: "x", descending: true } })
    expect(sorted).toMatchObject({ values: [{}, ["100", "100", "99", "99"]] })
    const end = ask({ from: 298, order: { column: "x", descending: true } })
    expect(end).toMatchObject({
      values: [
        ["294", "297"],
        [null, null],
      ],
    })
  })

  test.each([
    [{ id: "other" }, "not kept"],
    [{ from: -1 }, "not valid"],
    [{ from: 0.5 }, "not valid"],
    [{ count: 1e9 }, "not valid"],
    [{ count: "4" }, "not valid"],
    [{ order: { column: "y" } }, "not valid"],
    [{ order: 7 }, "not valid"],
  ])("%o is no question", (more, problem) => {
    expect(ask(more)).toEqual({ request: 3, problem })
  })

  test("and few tables are kept", () => {
    for (let k = 0; k < 16; k++) {
      const other = makeTable(new Map([["k", Array.from({ length: 9 }, (_, i) => i + k)]]))
      tableDocument(other, "", 2, (doc) => store.keep(other, doc))
    }
    expect(ask({})).toMatchObject({ problem: "not kept" })
  })
})

test("data never becomes markup", () => {
  const evil = '<img src=x onerror="alert(1)">\'&'
  const html = htmlOf(table([{ [evil]: evil, __proto__x: { evil } }], { title: evil }))
  expect(html).not.toMatch(/<img|onerror="/)
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;")
  expect(
    html.replace(/<\/?(table|caption|thead|tbody|tr|th|td)( scope="(row|col)")?>/g, ""),
  ).not.toContain("<")
})

test("wrong data is refused with what it is", () => {
  expect(() => table([1] as never)).toThrow("table: row 0 is number; rows are objects")
  expect(() => table(tensor([1]) as never)).toThrow("a tensor shows itself")
  expect(() => table({ a: [1], b: [1, 2] })).toThrow("table: the columns have a 1, b 2 values")
  expect(() => table([{ a: 1 }], { sortBy: "b" })).toThrow("no column b; there are a")
  expect(() => table([{ a: 1 }], { limit: -1 })).toThrow("limit is -1")
})
