/** @file `node scripts/measure-graphs.mjs`: layout, display list and frame times of graphs in a browser, as a table. */
import { chromium } from "@playwright/test"
import { build } from "esbuild"
import { findChromium } from "./chromium.mjs"
import { at } from "./paths.mjs"
import { main } from "./report.mjs"

/** Blocks of the example; nodes follow from them: about 100, 1,100 and 10,000. */
const SIZES = [
  ["mlp", 0],
  ["transformer", 4],
  ["transformer", 38],
]
const ROUNDS = 15

/** Runs in the page: everything by the package's own functions. */
const PAGE = `
import { allKeys, Labels, layoutGraph, paintGraph, prepare } from "./packages/display/src/index.ts"
import { mlpStep, transformerStep } from "./packages/display/src/examples/graphs.ts"
import { paint } from "./packages/graph-view/src/painter.ts"
import { readTheme } from "./packages/graph-view/src/theme.ts"

// The least of many: what else the machine does only adds.
const timed = (rounds, work) => Math.min(...Array.from({ length: rounds }, () => {
  const start = performance.now()
  work()
  return performance.now() - start
}))
window.measure = (kind, layers, rounds) => {
  const doc = kind === "mlp" ? mlpStep() : transformerStep({ layers })
  const first = timed(rounds, () => layoutGraph(prepare(doc)))
  const prepared = prepare(doc)
  const open = allKeys(prepared.tree)
  const all = timed(rounds, () => layoutGraph(prepared, { open }))
  const layout = layoutGraph(prepared, { open })
  const labels = new Labels(layout.model, layout.tree)
  const list = timed(rounds, () => paintGraph(layout, { labels }))
  const canvas = document.createElement("canvas")
  canvas.width = 900
  canvas.height = 480
  const context = canvas.getContext("2d")
  const items = paintGraph(layout)
  const theme = { ...readTheme(document.body) }
  const frame = (scale) => timed(rounds, () => {
    paint(context, items, theme, { scale, x: 0, y: -layout.height * scale / 3, width: 900, height: 480, ratio: 1 })
    context.getImageData(0, 0, 1, 1)
  })
  const bytes = JSON.stringify(doc).length
  return { nodes: doc.nodes.op.length, boxes: layout.boxes.length, bytes, first, all, list, near: frame(1), far: frame(Math.max(0.05, 480 / layout.height)) }
}
`

async function measure() {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: at(), loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["defnote-source"],
    logLevel: "error",
  })
  const browser = await chromium.launch({ executablePath: findChromium() })
  const page = await browser.newPage()
  await page.addScriptTag({ content: outputFiles[0].text })
  const rows = []
  for (const [kind, layers] of SIZES) {
    const run = ([name, count, rounds]) => globalThis.measure(name, count, rounds)
    rows.push(await page.evaluate(run, [kind, layers, ROUNDS]))
  }
  await browser.close()
  console.log(
    "least of",
    ROUNDS,
    "in ms: first layout, all open, display list, frame at 100 %, frame fitted",
  )
  for (const r of rows) {
    const times = [r.first, r.all, r.list, r.near, r.far].map((ms) => ms.toFixed(1).padStart(7))
    console.log(
      `${String(r.nodes).padStart(6)} nodes ${String(r.boxes).padStart(5)} boxes ${(r.bytes / 1000).toFixed(0).padStart(5)} KB`,
      ...times,
    )
  }
}

await main(measure)
