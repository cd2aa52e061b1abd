/** @file Exercises: answers of all kinds, slips, hints, the keyboard, kept in the notebook; and kinks, which are no mistakes. */
import { expect, type OutputLab, test } from "./lab.ts"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

/** The answers below are those of ∂w = xᵀ · (2 x w / 4), by hand: [[−1.625, −1.75], [6.75, 8.5]]. */
const EXERCISE = `import { exercise, stepThrough, tensor, type Tensor } from "defnote"
const square = (w: Tensor, x: Tensor) => x.matmul(w).square().mean()
exercise(square, tensor([[1, 2], [3, 4]]), tensor([[1, -2], [0.5, 1]])).withText("One layer, averaged.", "What does the mean divide by?")`
const task = (lab: OutputLab) => lab.cell(0).locator(".dn-step")

test("an exercise takes fractions and matrices, names several slips, and gives hints in steps", async ({
  lab,
}) => {
  await lab.run(0, EXERCISE)
  const view = task(lab)
  await expect(view.locator(".dn-step-task")).toHaveText("One layer, averaged.", {
    timeout: 30_000,
  })
  await view.locator("[role=slider]").press("End")
  await view.locator("[role=slider]").press("Enter")
  const input = view.locator(".dn-step-answer")
  await expect(input).toBeFocused()
  const feedback = view.locator(".dn-step-feedback")
  const answer = async (text: string) => {
    await input.fill(text)
    await input.press("Enter")
  }
  await answer("")
  await expect(feedback).toHaveText(/^Write a number such as −0\.25, 2\/3 or 1e-3/)
  await answer("-13/2")
  await expect(feedback).toHaveText(/^✗ That is 4 times too much: a mean divides by 4/)
  await answer("[-13/8, 2]")
  await expect(feedback).toHaveText("✗ ∂w has the shape [2, 2], the answer [2].")
  await answer("[[-13/8, 6.75], [-7/4, 8.5]]")
  await expect(feedback).toHaveText(
    /^✓ ∂w\[0, 0\], ∂w\[1, 1\] is right\. 2 entries are left\. ✗ ∂w\[0, 1\], ∂w\[1, 0\]: .*transposed/,
  )
  await expect(view.locator(".dn-step-result .dn-step-cell", { hasText: "?" })).toHaveCount(2)
  const hint = view.getByRole("button", { name: /^Hint \d of 3$/ })
  await hint.click()
  await expect(view.locator(".dn-step-hint").first()).toHaveText(
    "Hint: What does the mean divide by?",
  )
  await expect(view.locator(".dn-step-rule mjx-container")).toHaveCount(0)
  await hint.click()
  await expect(view.locator(".dn-step-rule mjx-container").first()).toBeVisible()
  await hint.click()
  await expect(view.locator(".dn-step-hint").last()).toHaveText("Hint: 1·(−3) + 0.500·2.50")
  await expect(hint).toBeDisabled()
  await input.press("Escape")
  await expect(view.locator("[role=slider]")).toBeFocused()
  await view.locator("[role=slider]").press("Enter")
  await answer("[[-1.63, -1.75], [6.75, 8.5]]")
  await expect(view.locator(".dn-step-page")).toContainText("✓ predicted")
  await expect(view.locator(".dn-step-progress")).toHaveText(/^1 of \d+ predicted$/)
})

test("a kink is no wrong rule: its own sign, the slopes of both sides, what the rule takes", async ({
  lab,
}) => {
  await lab.run(1, "stepThrough((x: Tensor) => (x.relu() * 0.5).sum(), tensor([0, 1]))")
  const view = lab.cell(1).locator(".dn-step")
  await expect(view).toBeVisible({ timeout: 30_000 })
  await view.locator("[role=slider]").press("End")
  const line = view.locator(".dn-step-entry")
  await expect(line.locator(".dn-step-kink")).toHaveText("◇ a kink")
  await expect(line.locator(".dn-step-note")).toHaveText(
    /^◇ A kink of t₁ = relu\(x\): left slope 0, right slope 0\.500\. Each number between is a right answer; the rule takes 0\.$/,
  )
  await view.locator(".dn-step-result [data-at='1']").click()
  await expect(line).toContainText("✓ finite difference 0.500")
  await expect(line).toContainText("◇ Another entry is at a kink.")
  await expect(view.locator(".dn-error")).toHaveCount(0)
})

test("D8.4: what was predicted is kept with the notebook, and can be forgotten", async ({
  lab,
}) => {
  const content = await lab.content()
  await lab.closeAll()
  await lab.openNotebook("exercise-saved.ipynb", content)
  const progress = task(lab).locator(".dn-step-progress")
  await expect(progress).toHaveText(/^1 of \d+ predicted$/)
  await expect(task(lab).locator(".dn-step-page")).toContainText("✓ predicted")
  await task(lab).getByRole("button", { name: "Forget all predictions" }).click()
  await expect(progress).toHaveText(/^0 of \d+ predicted$/)
  await expect(task(lab).locator(".dn-step-answer")).toBeVisible()
  expect(lab.errors).toEqual([])
})
