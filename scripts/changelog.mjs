/**
 * @file Writes the Unreleased section of CHANGELOG.md from the trailers FEATURE, FIX and BREAKING of the commits since the
 * last release (`vX.Y.Z`). Sections of releases stay as they are.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { at } from "./paths.mjs"
import { run } from "./process.mjs"
import { main, SetupError } from "./report.mjs"

const HEADINGS = { BREAKING: "Breaking", FEATURE: "New", FIX: "Fixed" }

/**
 * The trailers of a commit message. A trailer goes on to the next empty line or the next trailer.
 *
 * @param {string} message
 * @returns {{kind: "BREAKING" | "FEATURE" | "FIX", text: string}[]}
 */
export function trailersOf(message) {
  const found = []
  let open
  for (const line of message.split("\n")) {
    const [, kind, text] = /^(BREAKING|FEATURE|FIX):\s*(.+)$/.exec(line) ?? []
    if (kind) found.push((open = { kind, text: text.trim() }))
    else if (line.trim() === "" || /^[A-Z][\w-]+: /.test(line)) open = undefined
    else if (open) open.text += ` ${line.trim()}`
  }
  return found
}

/**
 * The section as text: breaking changes first, in each kind the newest first, no sentence twice.
 *
 * @param {string[]} messages of commits, newest first
 */
export function unreleased(messages) {
  const all = messages.flatMap(trailersOf)
  const sections = Object.entries(HEADINGS).flatMap(([kind, heading]) => {
    const texts = all.filter((t) => t.kind === kind).map((t) => sentence(t.text))
    const lines = [...new Set(texts)].map((text) => `- ${text}`)
    return lines.length > 0 ? [`### ${heading}\n\n${lines.join("\n")}\n`] : []
  })
  return `## Unreleased\n\n${sections.join("\n") || "Nothing yet.\n"}`
}

/** The first word stays as it is: it may be a name, such as `npm`. */
const sentence = (text) => text.replace(/[^.!?]$/, (last) => `${last}.`)

/**
 * The changelog with a new Unreleased section.
 *
 * @param {string} text the present one
 * @param {string} section
 */
export function withUnreleased(text, section) {
  const [head, ...releases] = text.split(/^(?=## )/m)
  const kept = releases.filter((release) => !release.startsWith("## Unreleased"))
  return [head || "# Changelog\n\n", [section, ...kept].join("\n")].join("")
}

async function messagesSinceRelease() {
  const tag = await git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
  const range = tag.status === 0 ? [`${tag.stdout.trim()}..HEAD`] : []
  const log = await git("log", "--format=%B%x00", ...range)
  if (log.status !== 0)
    throw new SetupError("git log failed", "run this inside of a clone", log.output)
  return log.stdout.split("\0").map((message) => message.trim())
}

const git = (...args) => run("git", args)

async function write() {
  const file = at("CHANGELOG.md")
  const text = existsSync(file) ? readFileSync(file, "utf8") : ""
  writeFileSync(file, withUnreleased(text, unreleased(await messagesSinceRelease())))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(write)
