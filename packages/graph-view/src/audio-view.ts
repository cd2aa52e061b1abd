/** @file A sound: the waveform of each channel with the place that is played, and the browser's own player. */
import {
  type AudioDoc,
  channelOf,
  duration,
  formatType,
  fromBase64,
  waveformPath,
} from "@defnote/display"
import { wavOf } from "./audio-wav.ts"
import { element, Lifetime, svg } from "./dom.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Height of a channel, in px. */
const HEIGHT = 72
/** The widest picture, in px. */
const WIDEST = 900

/** Shows `audio` payloads. The player gets a file made here: nothing of the payload becomes an address or markup. */
export class AudioView implements View<AudioDoc> {
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-audio")
  readonly #bar = element("div", "dn-bar")
  readonly #waves = element("div", "dn-waves")
  readonly #player = element("audio", "dn-player", { controls: true, preload: "metadata" })
  readonly #notes = element("div", "dn-audio-notes dn-mute")
  #doc: AudioDoc | null = null
  #url = ""
  #width = 0
  #cursors: readonly SVGLineElement[] = []

  constructor(host: HTMLElement, options: ViewOptions = {}) {
    this.#translate = options.translate ?? english
    this.#root.append(this.#bar, this.#waves, this.#player, this.#notes)
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.add(() => this.#end())
    this.#life.listen(this.#player, "timeupdate", () => this.#follow())
    this.#life.onResize(this.#root, () => this.resize())
  }

  setDocument(doc: AudioDoc): void {
    this.#doc = doc
    this.#end()
    const file = wavOf(fromBase64(doc.sound) ?? new Uint8Array(), doc.playedRate, doc.channels)
    this.#url = URL.createObjectURL(new Blob([file as BlobPart], { type: "audio/wav" }))
    this.#player.src = this.#url
    this.#player.setAttribute("aria-label", doc.title ?? this.#translate("sound"))
    const type = formatType(doc.dtype, doc.shape)
    const facts = [
      doc.title ? type : "",
      duration((1000 * doc.samples) / doc.sampleRate),
      this.#translate("%1 Hz", doc.sampleRate),
      doc.channels === 2 ? this.#translate("stereo") : this.#translate("mono"),
    ]
    const about = facts.filter(Boolean).join("  ")
    this.#bar.replaceChildren(
      element("strong", "dn-title", {}, doc.title || type),
      element("span", "dn-mute dn-code dn-about", { title: about }, about),
    )
    this.#notes.replaceChildren(...doc.notes.map((note) => element("p", "", {}, note)))
    this.#build()
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (this.#doc && width && width !== this.#width) this.#build()
  }

  dispose(): void {
    this.#life.end()
  }

  /** The player lets go of its file, which would otherwise stay in memory. */
  #end(): void {
    this.#player.pause()
    this.#player.removeAttribute("src")
    if (this.#url) URL.revokeObjectURL(this.#url)
    this.#url = ""
  }

  #build(): void {
    const doc = this.#doc
    if (!doc) return
    this.#width = this.#root.clientWidth || 800
    const width = Math.min(WIDEST, this.#width - 24)
    const cursors: SVGLineElement[] = []
    const waves = Array.from({ length: doc.channels }, (_, channel) => {
      const { low, high } = channelOf(doc, channel)
      const x = (k: number) => (width * k) / Math.max(1, doc.columns - 1)
      const y = (value: number) => HEIGHT / 2 - (value * (HEIGHT - 4)) / 2
      const cursor = svg("line", { x1: 0, x2: 0, y1: 0, y2: HEIGHT, class: "dn-wave-cursor" })
      cursors.push(cursor)
      const wave = svg("path", { d: waveformPath(low, high, x, y), class: "dn-wave" })
      const middle = svg("line", { x1: 0, x2: width, y1: y(0), y2: y(0), class: "dn-grid" })
      const label = this.#translate("waveform of channel %1", channel)
      const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` }
      const picture = svg(
        "svg",
        { ...size, role: "img", "aria-label": label },
        middle,
        wave,
        cursor,
      )
      picture.addEventListener("click", (event) => {
        // What is played may end before what is shown.
        const wanted = ((event.offsetX / width) * doc.samples) / doc.sampleRate
        if (Number.isFinite(this.#player.duration))
          this.#player.currentTime = Math.min(wanted, this.#player.duration)
        this.#follow()
      })
      return picture
    })
    this.#cursors = cursors
    this.#waves.replaceChildren(...waves)
    this.#follow()
  }

  #follow(): void {
    const doc = this.#doc
    if (!doc) return
    const share = (this.#player.currentTime * doc.sampleRate) / doc.samples
    const at = String(share * Math.min(WIDEST, this.#width - 24))
    for (const cursor of this.#cursors) for (const end of ["x1", "x2"]) cursor.setAttribute(end, at)
  }
}
