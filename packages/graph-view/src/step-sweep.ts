/** @file The error of a finite difference against its step, on log-log axes with a slider: truncation left, round-off right. */
import { decodeFloats, entryName, formatNumber, superscript, type TraceDoc } from "@defnote/display"
import { element, svg } from "./dom.ts"
import type { PanelContext } from "./step-panels.ts"

const SIZE = { width: 430, height: 168, left: 40, right: 16, top: 8, bottom: 26 }
/** Powers of ten on the vertical axis; an error beyond is drawn at the edge. */
const [HIGH, LOW] = [2, -14]

/** What the panel remembers between steps. */
export interface SweepChoice {
  sweep: number
  at: number
  /** The entry of the page that it was chosen for. */
  of: string
}

interface Curve {
  readonly dtype: string
  readonly error: Float64Array
}

export function sweepPanel(context: PanelContext, choice: SweepChoice): HTMLElement {
  const { doc, translate: t } = context
  const sweeps = doc.sweeps ?? []
  const eps = doc.eps === undefined ? undefined : decodeFloats(doc.eps, 4)
  if (!sweeps.length || !eps?.length)
    return element("p", "dn-mute", {}, t("Too costly for this function: no sweep was stored."))
  follow(context, choice)
  const box = element("div", "dn-step-side")
  const draw = (): void => {
    const sweep = sweeps[Math.min(choice.sweep, sweeps.length - 1)]
    const curves = sweep.curves.map(({ dtype, error }) => ({
      dtype,
      error: decodeFloats(error, 4) ?? new Float64Array(),
    }))
    const readout = element("p", "dn-code", { role: "status" })
    const line = svg("line", {
      class: "dn-step-cursor",
      y1: SIZE.top,
      y2: SIZE.height - SIZE.bottom,
    })
    const move = (at: number): void => {
      choice.at = at
      const x = xOf(at, eps.length)
      for (const end of ["x1", "x2"]) line.setAttribute(end, String(x))
      const errors = curves.map((c) => `${c.dtype} ${formatNumber(c.error[at])}`).join(", ")
      readout.textContent = t("step %1: relative error %2", formatNumber(eps[at]), errors)
    }
    const slider = element("input", "dn-step-range", {
      type: "range",
      min: 0,
      max: eps.length - 1,
      value: choice.at,
      "aria-label": t("size of the step"),
    })
    slider.addEventListener("input", () => move(Number(slider.value)))
    const chart = element("div", "", {}, chartOf(curves, eps, line, context), slider)
    box.replaceChildren(chart, words(context, choice, draw, readout))
    move(Math.min(choice.at, eps.length - 1))
  }
  draw()
  return box
}

/** Another entry of a gradient was chosen on the page: its sweep, where there is one. */
function follow({ doc, step, entry }: PanelContext, choice: SweepChoice): void {
  const of = `${step.back?.of}:${entry}`
  if (of === choice.of) return
  choice.of = of
  const own = doc.sweeps?.findIndex((s) => s.node === step.back?.of && s.entry === entry) ?? -1
  if (own >= 0) choice.sweep = own
}

const inner = SIZE.width - SIZE.left - SIZE.right
const xOf = (at: number, count: number): number => SIZE.left + (at / Math.max(1, count - 1)) * inner
function yOf(error: number): number {
  const power = error > 0 ? Math.log10(error) : LOW
  const share = (HIGH - Math.max(LOW, Math.min(HIGH, power))) / (HIGH - LOW)
  return SIZE.top + share * (SIZE.height - SIZE.top - SIZE.bottom)
}

function chartOf(
  curves: readonly Curve[],
  eps: Float64Array,
  cursor: SVGElement,
  { translate: t }: PanelContext,
): SVGElement {
  const parts: SVGElement[] = []
  for (let p = HIGH; p >= LOW; p -= 4) {
    const y = yOf(10 ** p)
    parts.push(
      svg("line", { class: "dn-grid", x1: SIZE.left, x2: SIZE.width - SIZE.right, y1: y, y2: y }),
      svg(
        "text",
        { class: "dn-tick dn-tick-end", x: SIZE.left - 5, y: y + 3 },
        `10${superscript(p)}`,
      ),
    )
  }
  for (let i = 0; i < eps.length; i += 6)
    parts.push(
      svg(
        "text",
        { class: "dn-tick", x: xOf(i, eps.length), y: SIZE.height - 12 },
        `10${superscript(-i / 2)}`,
      ),
    )
  curves.forEach((curve, k) => {
    const points = Array.from(
      curve.error,
      (e, i) => `${xOf(i, eps.length)},${yOf(Number.isFinite(e) ? e : 100)}`,
    )
    parts.push(svg("polyline", { class: `dn-step-curve dn-mod-${k}`, points: points.join(" ") }))
    const y = yOf(curve.error[curve.error.length - 1]) + (k ? 13 : -5)
    parts.push(
      svg("text", { class: "dn-tick dn-tick-end", x: SIZE.width - SIZE.right, y }, curve.dtype),
    )
  })
  const label = (x: number, anchor: string, text: string): SVGElement =>
    svg("text", { class: "dn-step-end", x, y: SIZE.height - 1, "text-anchor": anchor }, text)
  parts.push(
    label(SIZE.left, "start", `← ${t("truncation: the step is too large")}`),
    label(SIZE.width - SIZE.right, "end", `${t("round-off: too small")} →`),
    cursor,
  )
  return svg(
    "svg",
    {
      width: SIZE.width,
      height: SIZE.height,
      role: "img",
      "aria-label": t("error of the finite difference against its step"),
    },
    ...parts,
  )
}

function words(
  { doc, translate: t }: PanelContext,
  choice: SweepChoice,
  draw: () => void,
  readout: HTMLElement,
): HTMLElement {
  const select = element("select", "dn-step-select", { "aria-label": t("entry") })
  doc.sweeps?.forEach(({ node, entry }, i) => {
    const option = element("option", "", { value: i }, sweepName(doc, node, entry))
    option.selected = i === choice.sweep
    select.append(option)
  })
  select.addEventListener("change", () => {
    choice.sweep = Number(select.value)
    draw()
  })
  return element(
    "div",
    "",
    {},
    element("h4", "", {}, t("How good is a finite difference?"), " ", select),
    readout,
    element(
      "p",
      "dn-mute",
      {},
      t(
        "(f(x + ε) − f(x − ε)) / 2ε errs by about ε² while the step is large, and by the rounding of f over ε while it is small.",
      ),
    ),
  )
}

function sweepName(doc: TraceDoc, node: number, entry: number): string {
  const leaf = doc.leaves.find((l) => l.node === node)
  return leaf ? entryName(`∂${leaf.name}`, entry, doc.values[leaf.value].shape) : "?"
}
