#!/usr/bin/env node
/** @file The command `defnote`: `defnote check FILE...`. */
import { checkFiles } from "./check.ts"

const USAGE = `usage: defnote check FILE...

Checks .ts, .mts and .ipynb files as the kernel checks cells: types and the language of defn, in words about tensors. Each
finding is a line \`file:line:column CODE message\`; docs/errors.md explains the codes that begin with D. Exits with 1 when
there are errors. The package "typescript" is the one that the files' folder has.
`

const [command, ...files] = process.argv.slice(2)
if (command === "--help" || command === "-h") process.stdout.write(USAGE)
else if (command !== "check" || files.length === 0) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else process.exitCode = (await checkFiles(files, (line) => console.log(line))) > 0 ? 1 : 0
