/** @file Tells the Jupyter of `.venv` about the built kernel and extension. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import path from "node:path"
import { at, share, windows } from "../paths.mjs"

/** Writes the kernelspec and links the labextension: later builds are seen without installing again. */
export function installIntoJupyter() {
  installKernelspec()
  installSettings()
  const built = at("extension", "labextension")
  if (existsSync(built)) link(built, path.join(share, "labextensions", "defnote-labextension"))
}

/** The kernel runs on the Node that built it: a desktop's launcher may know no other. */
function installKernelspec() {
  const from = at("kernel", "spec")
  const to = path.join(share, "kernels", "defnote")
  mkdirSync(to, { recursive: true })
  const spec = JSON.parse(readFileSync(path.join(from, "kernel.json"), "utf8"))
  const place = (word) => word.replace("{resource_dir}", at("kernel", "dist"))
  spec.argv = spec.argv.map((word, i) => (i === 0 ? process.execPath : place(word)))
  writeFileSync(path.join(to, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`)
  cpSync(path.join(from, "logo-svg.svg"), path.join(to, "logo-svg.svg"))
}

/** JupyterLab does not ask whether it may fetch news: nothing is fetched that the user did not ask for. */
function installSettings() {
  const folder = path.join(share, "lab", "settings")
  mkdirSync(folder, { recursive: true })
  const settings = { "@jupyterlab/apputils-extension:notification": { fetchNews: "false" } }
  writeFileSync(path.join(folder, "overrides.json"), `${JSON.stringify(settings, null, 2)}\n`)
}

function link(target, place) {
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
    if (path.resolve(path.dirname(place), readlinkSync(place)) === target) return
  }
  rmSync(place, { recursive: true, force: true })
  mkdirSync(path.dirname(place), { recursive: true })
  symlinkSync(target, place, windows ? "junction" : "dir")
}
