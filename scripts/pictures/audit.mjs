/**
 * @file What a program can find in an output: faint text, small text, text that is cut off, what sticks out.
 * A module that is loaded into the page, where it gives `auditOutput`.
 */

const TEXT_CONTRAST = 4.5
const SMALLEST_PX = 9.5
/** Text that nobody reads here: for screen readers, of formulas, of what cannot be used now, the lab's own. */
const LEFT_OUT = "[aria-hidden=true], .dn-hidden, .MathJax, :disabled, .jp-OutputPrompt"

globalThis.auditOutput = auditOutput

/** What is poor in an output, one line for each finding. */
function auditOutput(root) {
  const findings = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let text = walker.nextNode(); text; text = walker.nextNode())
    if (isSeen(text)) findings.push(...aboutText(text))
  return [...findings, ...whatSticksOut(root)]
}

function isSeen(text) {
  const node = text.parentElement
  if (!text.data.trim() || !node.checkVisibility() || node.closest(LEFT_OUT)) return false
  const range = document.createRange()
  range.selectNode(text)
  const box = range.getBoundingClientRect()
  return box.width >= 2 && box.height >= 2
}

function aboutText(text) {
  const node = text.parentElement
  const what = `"${text.data.trim().slice(0, 40)}" in ${nameOf(node)}`
  const style = getComputedStyle(node)
  const findings = []
  // What lies below a text of a drawing is drawn, and not found by its ancestors.
  const contrast = node instanceof SVGElement ? TEXT_CONTRAST : contrastOf(node, style)
  if (contrast < TEXT_CONTRAST) findings.push(`contrast ${contrast.toFixed(2)} of ${what}`)
  const size = Number.parseFloat(style.fontSize)
  if (size < SMALLEST_PX) findings.push(`${size} px text ${what}`)
  const cut = style.overflowX === "hidden" && node.scrollWidth > node.clientWidth + 1
  if (cut && !node.closest("[title]:not([title=''])"))
    findings.push(`cut off without a title: ${what}`)
  return findings
}

function contrastOf(node, style) {
  const below = ancestors(node).reduce(
    (under, n) => over(channels(getComputedStyle(n).backgroundColor), under),
    [255, 255, 255],
  )
  const opacity = ancestors(node).reduce((o, n) => o * Number(getComputedStyle(n).opacity), 1)
  const [r, g, b, a] = channels(style.color)
  const [high, low] = [over([r, g, b, a * opacity], below), below]
    .map(luminance)
    .sort((p, q) => q - p)
  return (high + 0.05) / (low + 0.05)
}

/** From the outermost to the element itself. */
const ancestors = (node) => (node ? [...ancestors(node.parentElement), node] : [])

/** Red, green, blue from 0 to 255, and opacity, of a computed colour. */
function channels(text) {
  const [r, g, b, a = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number)
  const scale = text.startsWith("color(srgb") ? 255 : 1
  return [r * scale, g * scale, b * scale, a]
}

const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a))

/** Relative luminance of WCAG 2. */
function luminance(colour) {
  const [r, g, b] = colour.map((v) =>
    v <= 10.3 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function whatSticksOut(root) {
  const inScroller = (node) =>
    ancestors(node.parentElement).some(
      (n) => root.contains(n) && /auto|scroll/.test(getComputedStyle(n).overflowX),
    )
  const outside = [...root.querySelectorAll(".dn-View *")].filter((node) => {
    const { width, right } = node.getBoundingClientRect()
    const edge = node.closest(".dn-View").getBoundingClientRect().right
    return width > 0 && right > edge + 1 && node.checkVisibility() && !inScroller(node)
  })
  return outside.slice(0, 3).map((node) => `sticks out on the right: ${nameOf(node)}`)
}

const nameOf = (node) =>
  `${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className}`
