/** @file The stepper: on a function that a kernel runs, and saved in a notebook without one. */
import { expect, type OutputLab, test } from "./lab.ts"

const SOURCE = `import { defn, stepThrough, tensor, type Tensor } from "defnote"
type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) * (h - y)).mean()
})
const params: Params = { w: tensor([[0.3, -0.2], [0.1, 0.4], [-0.6, 0.2]]), b: tensor([0.1, -0.1]) }
const x = tensor([[0.5, -1.5, 2], [1, 0.25, -0.75], [-0.5, 0.75, 1.25], [0.2, 1, -1]])
const y = tensor([[1, 0], [0, 1], [0.5, 0.5], [0, 0]])
stepThrough(loss, params, x, y)`

const step = (lab: OutputLab) => lab.cell(0).locator(".dn-step")
/** The stepper of the second cell. */
const loop = (lab: OutputLab) => lab.cell(1).locator(".dn-step")
const press = (lab: OutputLab, key: string) => step(lab).locator("[role=slider]").press(key)
const place = (lab: OutputLab) => step(lab).locator(".dn-title")

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
  await lab.run(0, SOURCE)
  await expect(step(lab)).toBeVisible({ timeout: 30_000 })
})

test("VISUAL 11: the scrubber names every step, forward then backward", async ({ lab }) => {
  await expect(place(lab)).toHaveText(/^step 1 of \d+$/)
  const marks = step(lab).locator(".dn-step-mark")
  const names = await marks.allInnerTexts()
  expect(names[0]).toBe("t₁")
  expect(names.at(-1)).toBe("∂w")
  await expect(step(lab).locator(".dn-mod-turn")).toHaveCount(1)
})

test("VISUAL 9 and 11: keys go on, back, to the ends; the expression is lit in its colour", async ({
  lab,
}) => {
  await press(lab, "End")
  await expect(place(lab)).toHaveText("step 19 of 19")
  expect(await lab.lit(0)).toBe("x.matmul(w)")
  await expect(lab.cell(0).locator(".jp-Defnote-lit")).toHaveClass(/jp-mod-backward/)
  await press(lab, ",")
  await expect(place(lab)).toHaveText("step 18 of 19")
  await press(lab, ".")
  await press(lab, "Home")
  await expect(lab.cell(0).locator(".jp-Defnote-lit")).toHaveClass(/jp-mod-forward/)
  await press(lab, "ArrowRight")
  await expect(place(lab)).toHaveText("step 2 of 19")
  const slider = step(lab).locator("[role=slider]")
  await expect(slider).toHaveAttribute("aria-valuenow", "2")
  await expect(slider).toHaveAttribute("aria-valuetext", /^step 2: b′ = /)
})

test("VISUAL 11: a product of matrices, with one entry written out and its difference", async ({
  lab,
}) => {
  await press(lab, "End")
  const figures = step(lab).locator("figure figcaption")
  await expect(figures).toHaveText(["xᵀ [3, 4]", "∂t₁ [4, 2]", "∂w [3, 2]"])
  const result = step(lab).locator(".dn-step-result")
  await result.locator("[data-at='2']").click()
  const lit = step(lab).locator("figure").nth(0).locator(".dn-mod-lit")
  await expect(lit).toHaveText(["−1.50", "0.250", "0.750", "1"])
  const line = step(lab).locator(".dn-step-entry")
  await expect(line).toContainText("∂w[1, 0] =")
  await expect(line).toContainText("✓ finite difference")
  // The products that are shown add up to the entry that is shown.
  const text = (await line.innerText()).replaceAll("−", "-")
  const [products, sum] = text.split("=").slice(1, 3)
  const total = products
    .split(" + ")
    .map((term) => term.split("·").map((f) => Number(f.replace(/[()]/g, ""))))
    .reduce((all, [a, b]) => all + a * b, 0)
  expect(total).toBeCloseTo(Number.parseFloat(sum), 2)
  await press(lab, "Shift+ArrowDown")
  await expect(line).toContainText("∂w[2, 0] =")
  // A sum has no products to write: its entry is its value.
  await step(lab)
    .locator("[data-step='6']")
    .click({ position: { x: 4, y: 6 } })
  await expect(line).toHaveText("t₅ = 7.41")
})

test("VISUAL 11: the rule is typeset by the lab", async ({ lab }) => {
  await press(lab, "End")
  await expect(step(lab).locator(".dn-step-rule mjx-container").first()).toBeVisible()
})

test("a value with two uses gets its sum written out", async ({ lab }) => {
  const marks = step(lab).locator(".dn-step-mark")
  const names = await marks.allInnerTexts()
  await marks.nth(names.lastIndexOf("∂t₃")).click({ position: { x: 4, y: 6 } })
  await expect(step(lab).locator(".dn-step-uses")).toContainText("Why a sum? t₃ is used 2 times")
  await expect(step(lab).locator(".dn-step-uses")).toContainText("✓ finite difference")
})

test("VISUAL 9: Space plays, and stops at a breakpoint", async ({ lab }) => {
  await press(lab, "Home")
  await press(lab, ".")
  await press(lab, ".")
  await press(lab, "b")
  await press(lab, "Home")
  await press(lab, " ")
  await expect(place(lab)).toHaveText("step 3 of 19", { timeout: 10_000 })
  await lab.page.waitForTimeout(1200)
  await expect(place(lab)).toHaveText("step 3 of 19")
  await press(lab, "End")
  await press(lab, "n")
  await expect(place(lab)).toHaveText("step 3 of 19")
})

test("the cursor in an expression goes to its step", async ({ lab }) => {
  const line = lab.cell(0).locator(".cm-line", { hasText: "const h =" })
  await line.click({ position: { x: 120, y: 8 } })
  await expect(place(lab)).toHaveText("step 1 of 19")
})

test("an entry's derivative structure, both modes with their cost, and its differences", async ({
  lab,
}) => {
  await press(lab, "End")
  await step(lab).locator("[data-tab=jacobian]").click()
  const panel = step(lab).locator("[role=tabpanel]")
  await expect(panel).toContainText("∂t₁/∂w [8, 6]")
  await expect(panel).toContainText("24 of 48 entries are not 0")
  await step(lab).locator("[data-tab=modes]").click()
  await expect(panel).toContainText("1 pass, 186 operations")
  await expect(panel).toContainText("8 passes, 993 operations")
  const agree = await panel.locator("p.dn-code").innerText()
  const [forward, reverse] = [...agree.matchAll(/(?:forward|reverse) (\S+?)(?:,|$)/g)].map(
    (m) => m[1],
  )
  expect(forward).toBe(reverse)
  await step(lab).locator("[data-tab=sweep]").click()
  const readout = panel.locator("[role=status]")
  await panel.locator("input[type=range]").fill("0")
  await expect(readout).toContainText("step 1: relative error f32")
  const coarse = Number((await readout.innerText()).split("f64 ")[1])
  await panel.locator("input[type=range]").fill("10")
  const fine = Number((await readout.innerText()).split("f64 ")[1].replaceAll("−", "-"))
  expect(fine).toBeLessThan(coarse / 1e5)
})

test("the graph of the panel selects the operation of the step", async ({ lab }) => {
  await step(lab).locator("[data-tab=graph]").click()
  const stage = step(lab).locator(".dn-stage")
  await expect(stage).toBeVisible()
  const selected = async () => {
    const id = await stage.getAttribute("aria-activedescendant")
    return id ? lab.page.locator(`#${id}`).getAttribute("aria-label") : ""
  }
  await expect.poll(selected).toMatch(/^∂w equals x transposed/)
  await press(lab, "Home")
  await expect.poll(selected).toMatch(/^t1 equals x/)
})

test("another value of a leaf is computed by the kernel, and both passes change", async ({
  lab,
}) => {
  await press(lab, "End")
  await step(lab).locator("[data-tab=leaf]").click()
  const line = step(lab).locator(".dn-step-entry")
  const before = await line.innerText()
  const input = step(lab).getByLabel("new value of b[0]")
  await input.fill("0.9")
  await input.press("Enter")
  await expect(step(lab).locator("[role=tabpanel]")).toContainText(
    /The loss was 0\.926\d* and is 0\.689/,
  )
  expect(await line.innerText()).not.toBe(before)
  await expect(line).toContainText("✓ finite difference")
  await step(lab).getByRole("button", { name: "Back to the values of the run" }).click()
  await expect.poll(() => line.innerText()).toBe(before)
})

test("a gradient is predicted: the slip is named, the right answer shows the numbers", async ({
  lab,
}) => {
  await press(lab, "End")
  await step(lab).locator(".dn-step-result [data-at='0']").click()
  const truth = (await step(lab).locator(".dn-step-result [data-at='0']").innerText()).replace(
    "−",
    "-",
  )
  const toggle = step(lab).getByRole("button", { name: "Hide the gradients and predict them" })
  await toggle.click()
  await expect(step(lab).locator(".dn-step-result [data-at='0']")).toHaveText("?")
  await expect(step(lab).locator(".dn-step-entry")).toHaveCount(0)
  const input = step(lab).getByLabel("your prediction of ∂w[0, 0]")
  await input.fill(String(-Number(truth)))
  await input.press("Enter")
  const feedback = step(lab).locator(".dn-step-feedback")
  await expect(feedback).toContainText("The size is right, the sign is not.")
  await input.fill(truth)
  await input.press("Enter")
  await expect(feedback).toContainText("✓ ∂w[0, 0] is right. 5 entries are left.")
  await expect(step(lab).getByLabel("your prediction of ∂w[0, 1]")).toBeFocused()
  await step(lab).getByRole("button", { name: "Show the other entries" }).click()
  await expect(step(lab).locator(".dn-step-page")).toContainText("✓ predicted")
  await expect(step(lab).locator(".dn-step-result [data-at='0']")).toHaveText(
    truth.replace("-", "−"),
  )
  await toggle.click()
})

test("a loop is stepped turn by turn, its body lit, and backward in reverse", async ({ lab }) => {
  await lab.run(
    1,
    `const rnn = defn((v: Tensor, rows: Tensor) => {
  let s = v * 0
  for (const r of rows) s = (s * v + r).tanh()
  return s.sum()
})
stepThrough(rnn, tensor([0.5, -0.2]), tensor([[1, 2], [3, 4], [5, 6]]))`,
  )
  const turn = loop(lab).locator(".dn-step-turn")
  const slider = loop(lab).locator("[role=slider]")
  await slider.press("]")
  await expect(turn).toHaveText("turn 1 of 3")
  for (const key of ["]", ".", "."]) await slider.press(key)
  await expect(turn).toHaveText("turn 2 of 3")
  await expect.poll(() => lab.lit(1)).toBe("s * v")
  for (const key of ["End", "["]) await slider.press(key)
  await expect(turn).toHaveText("turn 1 of 3")
  await slider.press("[")
  await expect(turn).toHaveText("turn 2 of 3")
  await expect(slider).toHaveAttribute("aria-valuetext", /turn 2 of 3$/)
})

test("D8.4: saved and opened without a kernel it does the same, at the same step", async ({
  lab,
}) => {
  await press(lab, "End")
  const breaks = await step(lab).locator(".dn-mod-break").count()
  if (!breaks) await press(lab, "b")
  const content = await lab.content()
  await lab.closeAll()
  await lab.openNotebook("step-saved.ipynb", content)
  await expect(place(lab)).toHaveText("step 19 of 19")
  await expect(step(lab).locator(".dn-mod-break")).toHaveCount(1)
  await press(lab, ",")
  await expect(step(lab).locator(".dn-step-entry")).toContainText("∂b[0] =")
  await expect(step(lab).locator("[data-tab=leaf]")).toHaveAttribute("aria-selected", "true")
  await expect(step(lab).getByRole("button", { name: "Compute both passes again" })).toBeDisabled()
  await expect(step(lab).locator("[role=tabpanel]")).toContainText(
    "Saved view. Changing values needs the kernel.",
  )
  await step(lab).locator("[data-tab=sweep]").click()
  await expect(step(lab).locator(".dn-step-curve")).toHaveCount(2)
  await expect(loop(lab).locator(".dn-step-turn")).toHaveText("turn 2 of 3")
  expect(lab.errors).toEqual([])
})
