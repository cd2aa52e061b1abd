/** @file Texts that must not be in the repository, each with the reason. */
import { readFileSync } from "node:fs"
import { at } from "../paths.mjs"

/** `in`: the files that a rule looks at; `not`: those of them that it allows. */
const RULES = [
  {
    pattern: /\bop\.name\s*[!=]==?|[!=]==?\s*[\w.[\]]*\bop\.name\b|switch\s*\([^)]*\bop\.name\)/,
    in: /^(packages|kernel|extension)\/.*\.ts$/,
    not: /^packages\/core\/src\/ops\/|^packages\/compiler-\w+\/src\/kernels\/|^packages\/testing\/|\.test\.ts$/,
    reason: "asks for an op's name outside ops/ and kernels/; give the op a property instead",
  },
  {
    pattern: /(^|[\s"'`(=:])\/(work|root|home\/\w+|Users\/\w+)\//,
    in: /./,
    reason: "names a folder of one machine",
  },
  {
    pattern: /\bshared\/(research|prototypes|[A-Z]+\.md)|\b(research|prototypes)\/\w+\.md\b/,
    in: /./,
    reason: "names a document that is not in the repository",
  },
  {
    pattern: /\bregistry\.[a-z]+js\.org|\bpypi\.org|\bpythonhosted\.org|"resolved":\s*"https?:/,
    in: /./,
    reason: "names the host of a package registry",
  },
]

const BINARY = /\.(png|jpg|gif|ico|woff2?|wasm|gz|zip|npy|npz|parquet|arrow|pdf)$/i
const SELF = /^scripts\/check\/texts(\.test)?\.mjs$/

/**
 * The places where a forbidden text stands.
 *
 * @param {string[]} files relative to the root
 * @returns {string[]} one line for each
 */
export function textProblems(files) {
  return files
    .filter((file) => !BINARY.test(file) && !SELF.test(file))
    .flatMap((file) => problemsOf(file, readFileSync(at(file), "utf8")))
}

/** The problems of one file's text. */
export function problemsOf(file, text) {
  const rules = RULES.filter((rule) => rule.in.test(file) && !rule.not?.test(file))
  const concerned = rules.filter(({ pattern }) => new RegExp(pattern, "m").test(text))
  if (concerned.length === 0) return []
  return text
    .split("\n")
    .flatMap((line, i) =>
      concerned
        .filter(({ pattern }) => pattern.test(line))
        .map(({ reason }) => `${file}:${i + 1}: ${reason}: ${line.trim().slice(0, 120)}`),
    )
}
