/** @file `npm run docs` writes the generated documents; with `--check` it only says which are out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import "./typescript-loader.mjs"
import { errorsDocument } from "./docs/errors.mjs"
import { opsDocument } from "./docs/ops.mjs"
import { picturesDocument } from "./docs/pictures.mjs"
import { at } from "./paths.mjs"
import { main, SetupError } from "./report.mjs"

const DOCUMENTS = {
  "docs/ops.md": opsDocument,
  "docs/pictures.md": picturesDocument,
  "docs/errors.md": errorsDocument,
}

async function writeOrCheck() {
  const check = process.argv.includes("--check")
  const stale = []
  for (const [file, write] of Object.entries(DOCUMENTS)) {
    const text = await write()
    if (existsSync(at(file)) && readFileSync(at(file), "utf8") === text) continue
    stale.push(file)
    if (!check) writeFileSync(at(file), text)
  }
  if (check && stale.length > 0)
    throw new SetupError(`${stale.join(" and ")} out of date`, "run npm run docs")
  console.log(stale.length > 0 ? `written: ${stale.join(", ")}` : "generated documents are fresh")
}

mkdirSync(at("docs"), { recursive: true })
await main(writeOrCheck)
