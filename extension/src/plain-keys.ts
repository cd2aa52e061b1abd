/** @file Keeps plain keys inside our outputs away from the notebook, whose `d d` and `x` delete cells. */
import type { OutputRegistry } from "./output-registry.ts"

/** The attribute by which an element tells Lumino to leave its keys alone. */
const SUPPRESS = "data-lm-suppress-shortcuts"

/**
 * Marks the element that gets a key press, for plain keys only: Ctrl+S, Shift+Enter and the like stay
 * the lab's. The element itself, because the lab's selectors end in `:focus` and match it before any
 * ancestor is asked; on the window, because Lumino's own listener captures on the document.
 */
export function keepPlainKeys(registry: OutputRegistry): void {
  const listener = (event: KeyboardEvent) => {
    const { target } = event
    if (!(target instanceof Element) || !registry.at(target)) return
    target.toggleAttribute(SUPPRESS, isPlain(event))
  }
  window.addEventListener("keydown", listener, { capture: true })
}

/** In a line of text Shift+Enter is the view's: it goes to the match before. */
function isPlain(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.target instanceof HTMLInputElement) return true
  return !(event.shiftKey && event.key === "Enter")
}
