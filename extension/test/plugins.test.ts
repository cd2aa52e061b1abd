/** @file What can be read off the sources of the extension: ids, settings, words, colours (D9.2). */
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"

const here = path.resolve(import.meta.dirname, "../src")
const root = path.resolve(here, "../..")

/** The texts of the files of a folder, by name; tests are left out. */
function textsOf(folder: string, ending: string): [name: string, text: string][] {
  const names = readdirSync(folder).filter((n) => n.endsWith(ending) && !n.includes(".test."))
  return names.map((name) => [name, readFileSync(path.join(folder, name), "utf8")])
}
const sources = textsOf(here, ".ts")
const ids = sources.flatMap(([, text]) => [...text.matchAll(/"(defnote-labextension:[a-z-]+)"/g)])
const plugins = new Set(ids.map(([, id]) => id))

test("D9.2 many small plugins, each with an id of its own", () => {
  const listed = /export default \[([\s\S]*?)\]/.exec(
    readFileSync(path.join(here, "index.ts"), "utf8"),
  )
  expect(plugins.size).toBe(listed?.[1].split(",").filter((name) => name.trim()).length)
  expect(plugins.size).toBeGreaterThan(5)
})

test("D9.2 settings and menus stand in schema files, one for a plugin", () => {
  const schemas = textsOf(path.join(root, "extension/schema"), ".json")
  expect(schemas.length).toBeGreaterThan(2)
  for (const [name, text] of schemas) {
    expect(plugins, name).toContain(`defnote-labextension:${name.replace(".json", "")}`)
    expect(JSON.parse(text)).toMatchObject({ title: expect.any(String), type: "object" })
  }
})

test("D9.2 a plugin does without the translator, the palette, themes and settings of the lab", () => {
  const needed = sources.flatMap(
    ([, text]) => /requires: \[([^\]]*)\]/.exec(text)?.[1].split(", ") ?? [],
  )
  expect(needed.length).toBeGreaterThan(5)
  for (const token of ["ITranslator", "ICommandPalette", "IThemeManager", "ISettingRegistry"]) {
    expect(needed).not.toContain(token)
  }
})

/** Where the words of a page are set. */
const WORDS =
  /(?:textContent|label|caption|title|placeholder)\s*[:=]\s*"(?!(?:Inf|NaN)")[A-Za-z][^"]+"|"aria-label": "[^"]+"/g

test("D9.2 every string of the pages goes through the translator", () => {
  const views = textsOf(path.join(root, "packages/graph-view/src"), ".ts")
  const found = [...sources, ...views].flatMap(([name, text]) =>
    [...text.matchAll(WORDS)].map(([words]) => `${name}: ${words}`),
  )
  expect(found).toEqual([])
})

/** A colour, where neither a variable gets it nor a variable of the theme goes before it. */
const COLOUR = /(?<!var\([^;]*)(?:#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\()/i

test("D9.2 colours are CSS variables, which a theme may set", () => {
  const styles = ["extension/style", "packages/graph-view/style"].flatMap((folder) =>
    textsOf(path.join(root, folder), ".css"),
  )
  expect(styles.length).toBeGreaterThan(4)
  const found = styles.flatMap(([name, text]) => {
    const lines = text.split(/[;{}]/).map((line) => line.trim())
    return lines.filter((l) => !l.startsWith("--") && COLOUR.test(l)).map((l) => `${name}: ${l}`)
  })
  expect(found).toEqual([])
})
