/** @file Which files the checks look at: those that git knows or would add. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { at, root } from "../paths.mjs"

/** Paths relative to the root, with forward slashes; ignored and deleted files are left out. */
export function repositoryFiles() {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 })
  return [...new Set(listed.split("\0"))].filter((file) => file && existsSync(at(file)))
}
