/** @file One Plotly figure: drawn on first sight, updated in place, purged on disposal. */
import type { IThemeManager } from "@jupyterlab/apputils"
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces"
import type { Message } from "@lumino/messaging"
import { Widget } from "@lumino/widgets"
import type { Plotly } from "plotly.js-cartesian-dist-min"

/** The MIME type of a Plotly figure. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json"

interface Figure {
  data: object[]
  layout: Record<string, unknown>
  config: Record<string, unknown>
  frames: object[]
}

let loading: Promise<Plotly> | null = null

/** Plotly itself: 1.4 MB, fetched with the first figure. */
function loadPlotly(): Promise<Plotly> {
  loading ??= import("plotly.js-cartesian-dist-min").then((module) => module.default)
  return loading
}

/** Renderer of `application/vnd.plotly.v1+json`. */
export class PlotlyWidget extends Widget implements IRenderMime.IRenderer {
  readonly #themes: IThemeManager | null
  readonly #trans: IRenderMime.TranslationBundle
  readonly #host: HTMLElement
  #figure: Figure | null = null
  #plotly: Plotly | null = null

  constructor(themes: IThemeManager | null, trans: IRenderMime.TranslationBundle) {
    super()
    this.addClass("jp-Defnote-plotly")
    this.#themes = themes
    this.#trans = trans
    this.#host = this.node.appendChild(document.createElement("div"))
    themes?.themeChanged.connect(this.#redraw, this)
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const figure = readFigure(model.data[PLOTLY_MIME])
    if (!figure) {
      this.#host.textContent = this.#trans.__("plotly: the figure has no `data` array")
      return
    }
    this.#figure = figure
    this.#plotly = await loadPlotly()
    await this.#draw()
  }

  override dispose(): void {
    if (this.isDisposed) return
    this.#themes?.themeChanged.disconnect(this.#redraw, this)
    this.#plotly?.purge(this.#host)
    this.#figure = null
    super.dispose()
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message)
    this.#fit()
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message)
    this.#fit()
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message)
    this.#fit()
  }

  #fit(): void {
    if (this.#plotly && this.isVisible && this.#host.classList.contains("js-plotly-plot")) {
      this.#plotly.Plots.resize(this.#host)
    }
  }

  #redraw(): void {
    // The theme's style sheet arrives with the signal; its values hold from the next frame on.
    requestAnimationFrame(() => void this.#draw())
  }

  async #draw(): Promise<void> {
    const figure = this.#figure
    if (!figure || !this.#plotly || this.isDisposed) return
    const { height } = figure.layout
    // The host is as high as the figure asks, so that fitting the width later keeps the height.
    this.#host.style.height = typeof height === "number" ? `${height}px` : ""
    const theme = themedLayout(this.node, hasTitle(figure.layout))
    const layout = { ...theme, ...figure.layout, uirevision: "defnote" }
    const config = { responsive: true, displaylogo: false, ...figure.config }
    await this.#plotly.react(this.#host, figure.data, layout, config)
    if (figure.frames.length) await this.#plotly.addFrames(this.#host, figure.frames)
  }
}

/** A copy, because Plotly writes into what it is given; undefined when it is no figure. */
function readFigure(json: unknown): Figure | undefined {
  if (!json || typeof json !== "object") return undefined
  const { data, layout, config, frames } = structuredClone(json) as Partial<Figure>
  if (!Array.isArray(data)) return undefined
  const record = (value: unknown) =>
    value && typeof value === "object" ? (value as Record<string, unknown>) : {}
  return {
    data,
    layout: record(layout),
    config: record(config),
    frames: Array.isArray(frames) ? frames : [],
  }
}

function hasTitle({ title }: Record<string, unknown>): boolean {
  return Boolean(typeof title === "object" ? (title as { text?: unknown } | null)?.text : title)
}

/** Colours, fonts and room beside a plot by the lab's theme, where the figure does not say its own. */
function themedLayout(node: HTMLElement, titled: boolean): Record<string, unknown> {
  const style = getComputedStyle(node)
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback
  const line = read("--jp-border-color2", "#d9dde3")
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true }
  const colorway = node.closest('[data-jp-theme-light="false"]') ? ON_DARK : ON_LIGHT
  // Plotly leaves 100 px above, with a title or without.
  const margin = { t: titled ? 52 : 16, r: 16, b: 40, l: 40 }
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: {
      family: read("--jp-ui-font-family", "sans-serif"),
      color: read("--jp-content-font-color1", "#1d2127"),
    },
    template: { layout: { xaxis: axis, yaxis: axis, colorway, margin } },
    autosize: true,
  }
}

/** Okabe and Ito's colours, told apart under colour-vision deficiencies; first those that stand out from the page. */
const ON_LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#767676"]
const ON_DARK = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#999999"]
