/** @file Ways out of a graph: the picture as SVG or PNG, the graph as DOT, Mermaid or TypeScript. */
import {
  type DisplayList,
  type GraphLike,
  graphDot,
  graphMermaid,
  graphTypeScript,
  listSvg,
} from "@defnote/display"
import { context2d, element } from "./dom.ts"
import { paint, paintHeading } from "./painter.ts"
import type { PageTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** What is exported, and who is told. */
export interface ExportHost {
  document(): GraphLike | null
  /** The picture as it is shown now. */
  picture(): { readonly list: DisplayList; readonly theme: PageTheme } | null
  copy(text: string): void
  say(text: string): void
}

/** Longest side and most pixels of a PNG; browsers refuse larger canvases without a word. */
const LONGEST = 16_384
const MOST_PIXELS = 100_000_000

/** A menu of formats. */
export function exportMenu(host: ExportHost, translate: Translate): HTMLSelectElement {
  const t = translate
  const menu = element("select", "dn-select dn-menu")
  menu.setAttribute("aria-label", t("export"))
  menu.title = t("Save the picture, or the graph in another language")
  const actions: Record<string, readonly [label: string, run: (doc: GraphLike) => void]> = {
    svg: [t("SVG picture"), (doc) => saveSvg(host, doc)],
    png: [t("PNG picture"), (doc) => savePng(host, doc)],
    dot: [t("DOT file"), (doc) => save(graphDot(doc), nameOf(doc, "dot"), "text/vnd.graphviz")],
    mermaid: [
      t("Mermaid file"),
      (doc) => save(graphMermaid(doc), nameOf(doc, "mmd"), "text/plain"),
    ],
    typescript: [t("Copy as TypeScript"), (doc) => copyTypeScript(host, doc, t)],
  }
  const option = (value: string, text: string) => element("option", "", { value }, text)
  menu.append(
    option("", t("Export")),
    ...Object.entries(actions).map(([k, [text]]) => option(k, text)),
  )
  menu.addEventListener("change", () => {
    const action = actions[menu.value]
    const doc = host.document()
    menu.value = ""
    if (action && doc) action[1](doc)
  })
  return menu
}

/** A name for a file: letters of the title only, since it comes from a notebook. */
const nameOf = (doc: GraphLike, ending: string): string =>
  `${
    (doc.title ?? "")
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 60) || "graph"
  }.${ending}`

function save(content: BlobPart, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  element("a", "", { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function saveSvg(host: ExportHost, doc: GraphLike): void {
  const shown = host.picture()
  if (!shown) return
  const text = listSvg(shown.list, { theme: shown.theme, title: doc.title ?? "graph", caption: "" })
  save(text, nameOf(doc, "svg"), "image/svg+xml")
}

function savePng(host: ExportHost, doc: GraphLike): void {
  const shown = host.picture()
  if (!shown) return
  const { list, theme } = shown
  const { width } = list
  const height = list.height + list.headingHeight
  const ratio = Math.min(
    2,
    LONGEST / Math.max(width, height),
    Math.sqrt(MOST_PIXELS / (width * height)),
  )
  const canvas = element("canvas", "", {
    width: Math.ceil(width * ratio),
    height: Math.ceil(height * ratio),
  })
  const context = context2d(canvas)
  const place = { scale: 1, x: 0, y: list.headingHeight, width, height, ratio }
  paint(context, list, theme, place)
  if (list.headingHeight) paintHeading(context, list, theme, place)
  canvas.toBlob((blob) => {
    if (blob) save(blob, nameOf(doc, "png"), "image/png")
    else host.say("This picture is too large for a PNG.")
  }, "image/png")
}

function copyTypeScript(host: ExportHost, doc: GraphLike, t: Translate): void {
  const { text, problem } = graphTypeScript(doc)
  if (text === undefined) {
    host.say(t("There is no TypeScript of this graph: %1.", problem))
    return
  }
  host.copy(text)
  host.say(t("The graph is on the clipboard as TypeScript."))
}
