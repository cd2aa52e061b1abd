/** @file The line of a tensor's axes: which are rows, columns and side by side, and sliders for the others. */
import type { TensorDoc } from "@defnote/display"
import { element } from "./dom.ts"
import { type Arrangement, type AxisRole, axisOf } from "./tensor-arrangement.ts"
import { type ArrangedDoc, axisName, leadingAxes } from "./tensor-data.ts"
import type { Translate } from "./view.ts"

/** What the line shows and does. */
export interface TensorAxesOptions {
  /** The tensor as it came: the axes by its own order. */
  readonly doc: TensorDoc
  /** The same with its axes arranged. */
  readonly shown: ArrangedDoc
  readonly arrangement: Arrangement
  readonly translate: Translate
  /** Chosen index of each leading axis of what is shown, written by the sliders. */
  readonly index: number[]
  /** Panels that are side by side along the last leading axis. */
  readonly step: number
  onRole(role: AxisRole, axis: number | undefined): void
  /** A slider moves; `done` when it is let go. */
  onIndex(done: boolean): void
}

/** Selectors from rank 3 on, and a slider for every axis without a role. */
export function tensorAxes(options: TensorAxesOptions): HTMLElement | undefined {
  const { doc, shown, translate } = options
  const roles: [AxisRole, string][] = [
    ["rows", translate("rows")],
    ["columns", translate("columns")],
  ]
  if (!doc.linked) roles.push(["facets", translate("side by side")])
  const selectors =
    doc.shape.length > 2 ? roles.map(([role, label]) => selector(options, role, label)) : []
  const sliders = leadingAxes(shown).flatMap((size, axis) => slider(options, size, axis))
  if (!selectors.length && !sliders.length) return undefined
  return element("div", "dn-bar dn-sliders", {}, ...selectors, ...sliders)
}

/** A native list, so that keys and screen readers know it. */
function selector(
  { doc, arrangement, translate, onRole }: TensorAxesOptions,
  role: AxisRole,
  label: string,
): HTMLElement {
  const select = element("select", "dn-select dn-axis-select", { "data-role": role })
  const chosen = axisOf(arrangement, role)
  const names = doc.shape.map((size, axis) => [String(axis), `${axisName(doc, axis)} · ${size}`])
  if (role === "facets") names.push(["", translate("none")])
  for (const [value, text] of names) select.append(element("option", "", { value }, text))
  select.value = String(chosen ?? "")
  select.addEventListener("change", () =>
    onRole(role, select.value === "" ? undefined : Number(select.value)),
  )
  return element("label", "dn-slider-label", {}, label, select)
}

/** One slider for every axis without a role; the one of the facets pages when there are many. */
function slider(options: TensorAxesOptions, size: number, axis: number): HTMLElement[] {
  const { shown, index, translate, onIndex } = options
  const facets = axis === leadingAxes(shown).length - 1 && options.step > 1
  const step = facets ? options.step : 1
  if (size <= step) return []
  const name = axisName(shown, axis)
  const value = () => {
    const at = index[axis]
    if (!facets) return translate("%1 of %2", at, size)
    return translate("%1 to %2 of %3", at, Math.min(size, at + step) - 1, size)
  }
  const text = element("span", "dn-slider-value", {}, value())
  const max = Math.max(0, Math.ceil(size / step) - 1)
  const attributes = { type: "range", min: 0, max, step: 1, "aria-label": name }
  const input = element("input", "dn-slider", attributes)
  input.value = String(Math.floor(index[axis] / step))
  input.addEventListener("input", () => {
    index[axis] = Number(input.value) * step
    text.textContent = value()
    input.setAttribute("aria-valuetext", `${name} ${value()}`)
    onIndex(false)
  })
  input.addEventListener("change", () => onIndex(true))
  return [element("label", "dn-slider-label", {}, name, input, text)]
}
