/** @file Colour tokens as data: names, CSS variables and literals for each theme (VISUAL: colour). */

/** Role colours have no JupyterLab variable: a theme's brand colours mean nothing and clash. */
export const TOKENS = {
  paper: { css: "--dn-paper", maps: "--jp-layout-color1", light: "#ffffff", dark: "#111418" },
  panel: { css: "--dn-panel", maps: "--jp-layout-color2", light: "#f7f8fa", dark: "#191d23" },
  line: { css: "--dn-line", maps: "--jp-border-color2", light: "#d9dde3", dark: "#333a44" },
  ink: { css: "--dn-ink", maps: "--jp-content-font-color1", light: "#1d2127", dark: "#e8eaee" },
  // The lab's second font colour has 4.6 on white and less on tints: views mix their own of ink and paper.
  ink2: { css: "--dn-ink2", maps: null, light: "#545b66", dark: "#a9b0bb" },
  ink3: { css: "--dn-ink3", maps: null, light: "#646b76", dark: "#99a1ad" },
  fwd: { css: "--dn-fwd", maps: null, light: "#0b66a8", dark: "#6cb6f0" },
  fwdTint: { css: "--dn-fwd-tint", maps: null, light: "#eef5fb", dark: "#14222f" },
  bwd: { css: "--dn-bwd", maps: null, light: "#ad5410", dark: "#ff9d53" },
  bwdTint: { css: "--dn-bwd-tint", maps: null, light: "#fdf4ec", dark: "#2c1d13" },
  upd: { css: "--dn-upd", maps: null, light: "#004c0c", dark: "#b0efbd" },
  updTint: { css: "--dn-upd-tint", maps: null, light: "#edf5ee", dark: "#16261a" },
  ok: { css: "--dn-ok", maps: null, light: "#004c0c", dark: "#b0efbd" },
  res: { css: "--dn-res", maps: null, light: "#4d5263", dark: "#9ea2ad" },
  error: { css: "--dn-error", maps: null, light: "#a20446", dark: "#fd6675" },
  errorTint: { css: "--dn-error-tint", maps: null, light: "#fcedf2", dark: "#321619" },
  warn: { css: "--dn-warn", maps: null, light: "#ffd60a", dark: "#ffd60a" },
  warnInk: { css: "--dn-warn-ink", maps: null, light: "#1d1a00", dark: "#1d1a00" },
  negative: { css: "--dn-negative", maps: null, light: "#762a83", dark: "#c79bd6" },
  zero: { css: "--dn-zero", maps: null, light: "#ffffff", dark: "#1d2127" },
  positive: { css: "--dn-positive", maps: null, light: "#1b7837", dark: "#7fcf8d" },
  exactZero: { css: "--dn-exact-zero", maps: null, light: "#eceff3", dark: "#242a32" },
  focus: { css: "--dn-focus", maps: "--jp-focus-outline-color", light: "#0b66a8", dark: "#6cb6f0" },
} as const

export type Token = keyof typeof TOKENS

/** Opacity of marks that stand back: edges of leaves, boxes in the strip of the whole picture. */
export const FAINT = 0.75
/** Opacity of an overlay's strongest fill; text stands on it. */
export const STRONGEST_FILL = 0.4

/** Colours of one theme, and how much wider its strokes are. */
export interface Theme {
  readonly name: string
  readonly dark: boolean
  readonly colours: Readonly<Record<Token, string>>
  readonly strokeExtra: number
}

const pick = (side: "light" | "dark"): Record<Token, string> =>
  Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, token[side]])) as Record<
    Token,
    string
  >

/** Borders become ink, tints go, strokes grow by half a pixel; roles keep place, glyph and colour. */
function highContrast(name: string, dark: boolean): Theme {
  const base = pick(dark ? "dark" : "light")
  const paper = dark ? "#000000" : "#ffffff"
  const ink = dark ? "#ffffff" : "#000000"
  const flat = {
    paper,
    panel: paper,
    fwdTint: paper,
    bwdTint: paper,
    updTint: paper,
    errorTint: paper,
  }
  return {
    name,
    dark,
    colours: { ...base, ...flat, ink, ink2: ink, ink3: ink, line: ink, res: ink },
    strokeExtra: 0.5,
  }
}

export const LIGHT: Theme = { name: "light", dark: false, colours: pick("light"), strokeExtra: 0 }
export const DARK: Theme = { name: "dark", dark: true, colours: pick("dark"), strokeExtra: 0 }
export const HIGH_CONTRAST_LIGHT: Theme = highContrast("high contrast light", false)
export const HIGH_CONTRAST_DARK: Theme = highContrast("high contrast dark", true)

const channels = (hex: string): number[] =>
  [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))

/** WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p)
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const linear = channels(hex).map((v) => {
    const c = v / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/** Mixes two `#rrggbb` colours; `share` 0 gives the first. */
export function mix(from: string, to: string, share: number): string {
  const a = channels(from)
  const b = channels(to)
  return `#${a
    .map((v, i) =>
      Math.round(v + (b[i] - v) * share)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`
}

/** Colour of a datum: violet for −1, green for 1; `share` is clamped. Roles are never used for data. */
export function dataColour(theme: Theme, share: number): string {
  const { zero, negative, positive } = theme.colours
  return mix(zero, share < 0 ? negative : positive, Math.min(1, Math.abs(share)) ** 0.8)
}
