/** @file The theme of the page for canvases: read from CSS variables, followed as it changes. */
import {
  DARK,
  HIGH_CONTRAST_DARK,
  HIGH_CONTRAST_LIGHT,
  LIGHT,
  type Theme,
  TOKENS,
  type Token,
} from "@defnote/display"
import { css, mix, parseColor } from "./colors.ts"

/** A theme with the fonts of the page. */
export interface PageTheme extends Theme {
  readonly codeFont: string
  readonly uiFont: string
}

const CODE_FONT = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace'
const UI_FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif'

/**
 * The theme at `host` now. A token is, in this order, the variable `--dn-*`, the variable of the lab
 * that it maps on, and its literal. A high-contrast theme keeps its own colours throughout.
 */
export function readTheme(host: Element): PageTheme {
  const style = getComputedStyle(host)
  const read = (name: string | null) => (name ? style.getPropertyValue(name).trim() : "")
  const base = baseTheme(host)
  const fixed = base.strokeExtra > 0
  const colour = (token: Token) =>
    read(TOKENS[token].css) || (fixed ? "" : read(TOKENS[token].maps)) || base.colours[token]
  const entries = Object.keys(TOKENS).map((token) => [token, colour(token as Token)])
  const colours = Object.fromEntries(entries) as Record<Token, string>
  // The lab's second surface is too strong for chips and bands; style/view.css mixes the same share.
  if (!fixed && !read(TOKENS.panel.css)) colours.panel = soften(colours.paper, colours.panel, 0.45)
  if (!fixed && !read(TOKENS.ink2.css)) colours.ink2 = soften(colours.paper, colours.ink, 0.72)
  return {
    ...base,
    colours,
    codeFont: read("--jp-code-font-family") || CODE_FONT,
    uiFont: read("--jp-ui-font-family") || UI_FONT,
  }
}

/** A colour of which only a share lies on paper; what it lets through counts too. */
const soften = (paper: string, colour: string, share: number): string =>
  css(mix(parseColor(paper), parseColor(colour), share * opacityOf(colour)))

const opacityOf = (colour: string): number =>
  Number(/^rgba\((?:[^,]+,){3}([^)]+)\)$/.exec(colour)?.[1] ?? 1)

function baseTheme(host: Element): Theme {
  const dark = isDark(host)
  const page = host.closest("[data-jp-theme-name]")?.getAttribute("data-jp-theme-name") ?? ""
  const contrast = /high contrast/i.test(page) || matchMedia("(prefers-contrast: more)").matches
  if (contrast) return dark ? HIGH_CONTRAST_DARK : HIGH_CONTRAST_LIGHT
  return dark ? DARK : LIGHT
}

/** JupyterLab says it on `body`; elsewhere the system's wish decides. */
function isDark(host: Element): boolean {
  const said = host.closest("[data-jp-theme-light]")?.getAttribute("data-jp-theme-light")
  return said ? said === "false" : matchMedia("(prefers-color-scheme: dark)").matches
}

/** Calls back after the page's theme changed; returns the way to stop. */
export function watchTheme(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  // The attribute may change before the new style sheet is applied: read again a moment later.
  const changed = () => {
    requestAnimationFrame(listener)
    clearTimeout(timer)
    timer = setTimeout(listener, 150)
  }
  const observer = new MutationObserver(changed)
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "class", "style"]
  observer.observe(document.body, { attributes: true, attributeFilter })
  const wishes = [
    "(prefers-color-scheme: dark)",
    "(forced-colors: active)",
    "(prefers-contrast: more)",
  ]
  const queries = wishes.map((query) => matchMedia(query))
  for (const query of queries) query.addEventListener("change", changed)
  return () => {
    clearTimeout(timer)
    observer.disconnect()
    for (const query of queries) query.removeEventListener("change", changed)
  }
}

/** True when the person asked for less motion (VISUAL §8). */
export function reducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches
}
