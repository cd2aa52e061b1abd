/** @file Pictures, plots and tables name an option or an argument that cannot be (K4). */
import { expect, test } from "vitest"
import * as defnote from "../src/index.ts"

const x = defnote.tensor([
  [1, 2],
  [3, 4],
])
const f = defnote.defn((w: defnote.Tensor) => w.multiply(w).sum(), {
  name: "loss",
  captures: () => ({}),
})
/** Called as JavaScript calls: without a type checker before it. */
const loose = defnote as unknown as Record<string, (...args: unknown[]) => unknown>

test.each([
  ["show", [x, { axis: 1 }], 'show: option "axis"; options are title, labels'],
  ["compare", [undefined], "compare: takes 2 to 6 tensors by name, not 0"],
  ["compare", [{ a: x, b: x }, { name: "c" }], 'compare: option "name"'],
  ["table", [[{ a: 1 }], { sortby: "a" }], "Write sortBy in place of sortby."],
  ["image", [x, { label: "a" }], 'image: option "label"'],
  ["plot", [], "plot: takes a trace such as { y: losses }, or a list of them, not undefined"],
  ["plot", [3], "or a list of them, not 3"],
  ["plot", [[]], "or a list of them, not an empty list"],
  ["plot", [x], "or a list of them, not f32[2,2]"],
  ["watch", [f, { budgett: 1 }], 'watch: option "budgett"; options are budget, every'],
  ["trainingPanel", [{ titel: "a" }], 'trainingPanel: option "titel"; options are title, steps'],
  ["inspect", [f], "inspect: takes the arguments of loss after it: inspect(loss, w)"],
  ["stepThrough", [f], "stepThrough: takes the arguments of loss after it: stepThrough(loss, w)"],
  ["exercise", [f], "exercise: takes the arguments of loss after it: exercise(loss, w)"],
  ["profile", [f], "profile: takes the arguments of loss after it: profile(loss, w)"],
  ["graph", [x], "graph: takes a function and its arguments, not f32[2,2]"],
] as const)("%s %#", (name, args, message) => {
  const call = (): unknown => loose[name](...args)
  expect(call).toThrow(defnote.OptionError)
  expect(call).toThrow(message)
})

test("a step of a training panel needs its values", () => {
  const panel = defnote.trainingPanel() as unknown as { step(values?: unknown): boolean }
  expect(() => panel.step()).toThrow("panel.step: null in place of the options")
  expect(() => panel.step({ los: 1 })).toThrow('panel.step: option "los"')
})
