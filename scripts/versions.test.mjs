/** @file The versions that fit together (K6), and the commands that people are told of (K7). */
import { existsSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { at } from "./paths.mjs"

const json = (...place) => JSON.parse(readFileSync(at(...place), "utf8"))

/** The package, and the beginning of the one version that the lock file may hold. */
const PINNED = {
  typescript: "7.0.2",
  "@babel/parser": "8.1.",
  sucrase: "3.35.",
  zeromq: "6.8.0",
  esbuild: "0.28.",
  "@playwright/test": "1.65.1",
  "@jupyter/builder": "1.2.3",
  "@jupyterlab/core-meta": "4.6.4",
  "@jupyterlab/application": "4.6.4",
  "@rspack/core": "2.2.9",
  "plotly.js-cartesian-dist-min": "4.1.",
}

test.each(Object.entries(PINNED))("K6 %s is %s", (name, version) => {
  const { packages } = json("package-lock.json")
  expect(packages[`node_modules/${name}`].version.startsWith(version)).toBe(true)
})

test("K6 the Python packages, and the floors of Node and Python", () => {
  const requirements = readFileSync(at("requirements.txt"), "utf8")
  expect(requirements).toContain("jupyterlab==4.6.6")
  const tests = readFileSync(at("requirements-test.txt"), "utf8")
  expect(tests).toMatch(/^jupyter_kernel_test==0\.7\.0$/m)
  expect(tests).toMatch(/^nbclient==0\.11\.0$/m)
  expect(json("package.json").engines.node).toBe(">=20")
})

test("K6 what a workspace needs is one version, of the same lock", () => {
  const workspaces = json("package-lock.json").packages
  const own = Object.entries(workspaces).filter(
    ([place]) => place && !place.includes("node_modules"),
  )
  const ranges = own.flatMap(([place, { dependencies = {} }]) =>
    Object.entries(dependencies).map(([name, range]) => [place, name, range]),
  )
  const loose = ranges.filter(([, , range]) => !/^\d+\.\d+\.\d+$/.test(range))
  // The lab shares these with its extensions: it decides the version.
  expect(loose.filter(([place]) => place !== "extension")).toEqual([])
  expect(ranges.length).toBeGreaterThan(15)
})

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "kernel/README.md"]

test.each(DOCUMENTS)("K7 the npm scripts that %s names are there", (document) => {
  const text = readFileSync(at(...document.split("/")), "utf8")
  const named = [...text.matchAll(/`?npm (?:run )?(start|test(?::\w+)?|(?<=run )[\w:]+)/g)]
  const { scripts } = json("package.json")
  expect(named.map(([, name]) => name).filter((name) => !(name in scripts))).toEqual([])
})

test.each(DOCUMENTS)("K7 the files that %s links to are there", (document) => {
  const text = readFileSync(at(...document.split("/")), "utf8")
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link)
  const folder = document.split("/").slice(0, -1)
  expect(links.filter((link) => !existsSync(at(...folder, ...link.split("/"))))).toEqual([])
})

const COMMANDS = "start test test:full check build conformance bench docs screenshots".split(" ")

test.each(COMMANDS)("K7 npm run %s has a script that exists", (name) => {
  const command = json("package.json").scripts[name]
  const files = command.split(" ").filter((word) => /\.m?[jt]s$/.test(word))
  expect(files).not.toEqual([])
  for (const file of files) expect(existsSync(at(file)), file).toBe(true)
})
