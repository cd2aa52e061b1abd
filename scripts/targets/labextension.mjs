/** @file The JupyterLab extension as a build step; how it is built is the extension's own matter. */
import { at, root } from "../paths.mjs"
import { sourcesOf, workspaceClosure } from "./workspaces.mjs"

/** The extension as a step that runs only when a source of it has changed. */
export function labextension() {
  const own = ["build.mjs", "style", "schema"].map((name) => at("extension", name))
  return {
    name: "labextension",
    inputs: [
      ...sourcesOf(workspaceClosure("defnote-labextension")),
      ...own,
      at("packages", "graph-view", "style"),
      at("package-lock.json"),
    ],
    outputs: [at("extension", "labextension", "package.json")],
    make: async () => {
      const { buildExtension } = await import("../../extension/build.mjs")
      await buildExtension({ root })
    },
  }
}
