/** @file The kernel as a build step, with the library that it gives to notebooks beside it. */
import { cpSync, readdirSync, rmSync } from "node:fs"
import path from "node:path"
import { at, root } from "../paths.mjs"
import { sourcesOf, workspaceClosure } from "./workspaces.mjs"

const out = at("kernel", "dist")

/** The kernel as a step that runs only when a source of it or of the library has changed. */
export function kernel() {
  const own = ["build.mjs", "spec", "types"].map((name) => at("kernel", name))
  return {
    name: "kernel",
    inputs: [
      ...sourcesOf(workspaceClosure("@defnote/kernel")),
      ...own,
      at("package-lock.json"),
      at("scripts", "targets"),
    ],
    outputs: ["kernel.mjs", "child.mjs", "defnote/index.js"].map((name) => path.join(out, name)),
    make: async () => {
      const { buildKernel } = await import("../../kernel/build.mjs")
      await buildKernel({ root })
      copyLibrary()
    },
  }
}

/** The kernel loads its own copy, so that one installed folder has all that a notebook needs. */
function copyLibrary() {
  const from = at("packages", "defnote", "dist")
  const to = path.join(out, "defnote")
  rmSync(to, { recursive: true, force: true })
  const bundled = readdirSync(from).filter(
    (name) => name === "chunks" || /\.js(\.map)?$/.test(name),
  )
  for (const name of bundled) {
    cpSync(path.join(from, name), path.join(to, name), { recursive: true })
  }
  cpSync(at("packages", "defnote", "package.json"), path.join(to, "package.json"))
}
