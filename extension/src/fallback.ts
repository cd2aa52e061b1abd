/** @file What is shown when a payload cannot be: a sentence, then the static picture or the text. */
import type { TranslationBundle } from "@jupyterlab/translation"
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils"

/** The static parts of a bundle. SVG goes into an image, where it cannot run anything. */
export function picture(
  data: ReadonlyPartialJSONObject,
  reason: string,
  trans: TranslationBundle,
): HTMLElement {
  const box = document.createElement("div")
  box.className = "jp-Defnote-fallback"
  const sentence = document.createElement("p")
  sentence.className = "jp-Defnote-reason"
  sentence.setAttribute("role", "status")
  sentence.textContent = reason
  box.append(sentence)
  const svg = data["image/svg+xml"]
  const text = data["text/plain"]
  if (typeof svg === "string") {
    const image = document.createElement("img")
    image.alt = typeof text === "string" ? text : trans.__("static picture of this output")
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
    box.append(image)
  } else if (typeof text === "string") {
    const listing = document.createElement("pre")
    listing.textContent = text
    box.append(listing)
  }
  return box
}
