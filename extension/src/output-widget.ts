/** @file The widget behind our MIME types: small and loaded at start; the view itself comes lazily. */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces"
import type { Kernel } from "@jupyterlab/services"
import type { TranslationBundle } from "@jupyterlab/translation"
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils"
import type { Message } from "@lumino/messaging"
import { Widget } from "@lumino/widgets"
import type { OutputRegistry } from "./output-registry.ts"
import type { OutputSettings } from "./output-settings.ts"
import type { Presentation } from "./presentation.ts"
import type { SourceLinks } from "./source-links.ts"

/** The kinds that have a renderer. */
export type OutputKind =
  | "graph"
  | "gradient"
  | "tensor"
  | "training"
  | "profile"
  | "trace"
  | "image"
  | "table"
  | "audio"

/** What an output needs of the page. */
export interface OutputServices {
  readonly trans: TranslationBundle
  readonly links: SourceLinks | null
  readonly settings: OutputSettings
  readonly registry: OutputRegistry
  /** The kernel of the notebook that holds a node, as it is whenever it is asked for. */
  kernelAt(node: Element): KernelSource | null
  /** Runs cells one after the other. */
  runCells(cells: readonly HTMLElement[]): Promise<void>
}

/** The kernel now, or null. */
export type KernelSource = () => Kernel.IKernelConnection | null

/** Renders one payload; a second payload updates the view in place. */
export class OutputWidget extends Widget implements IRenderMime.IRenderer {
  readonly kind: OutputKind
  readonly mimeType: string
  readonly #services: OutputServices
  readonly #options: IRenderMime.IRendererOptions
  #model: IRenderMime.IMimeModel | null = null
  #presentation: Presentation | null = null
  #source: KernelSource | null
  #turn = 0

  /** @param kernel of the notebook, for a copy that is not in it */
  constructor(
    kind: OutputKind,
    options: IRenderMime.IRendererOptions,
    services: OutputServices,
    kernel: KernelSource | null = null,
  ) {
    super()
    this.#source = kernel
    this.kind = kind
    this.mimeType = options.mimeType
    this.#services = services
    this.#options = options
    this.addClass("jp-Defnote-output")
    this.node.dataset.kind = kind
    services.registry.add(this)
    this.node.addEventListener("focusin", this.#touch)
    this.node.addEventListener("pointerdown", this.#touch)
  }

  /** What is shown now, or null while it loads. */
  get presentation(): Presentation | null {
    return this.#presentation
  }

  /** The bundle that is shown, for "copy as" commands. */
  get model(): IRenderMime.IMimeModel | null {
    return this.#model
  }

  /** An empty widget of the same kind, for a panel. */
  copy(): OutputWidget {
    return new OutputWidget(this.kind, this.#options, this.#services, this.#kernel)
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#model = model
    const turn = ++this.#turn
    const { Presentation } = await import("./presentation.ts")
    if (this.isDisposed || turn !== this.#turn) return
    this.#presentation ??= new Presentation(this.node, this.kind, {
      ...this.#services,
      latex: this.#options.latexTypesetter,
      fill: this.hasClass("jp-mod-panel"),
      kernel: this.#kernel,
      save: (view) => this.#save(view),
    })
    this.#presentation.show(model.data, this.mimeType, this.#saved(model))
  }

  override dispose(): void {
    if (this.isDisposed) return
    this.node.removeEventListener("focusin", this.#touch)
    this.node.removeEventListener("pointerdown", this.#touch)
    this.#presentation?.dispose()
    this.#presentation = null
    super.dispose()
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message)
    this.#presentation?.resize()
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message)
    this.#presentation?.resize()
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message)
    this.#presentation?.resize()
  }

  readonly #kernel: KernelSource = () => {
    this.#source ??= this.#services.kernelAt(this.node)
    return this.#source?.() ?? null
  }

  readonly #touch = () => this.#services.registry.touch(this)

  #saved(model: IRenderMime.IMimeModel): unknown {
    const own = model.metadata[this.mimeType] as ReadonlyPartialJSONObject | undefined
    return own?.view
  }

  /** Stores the view beside the output, as in the `.ipynb`; other keys stay as they are. */
  #save(view: ReadonlyPartialJSONObject): void {
    const model = this.#model
    if (!model || !this.#services.settings.saveView) return
    const own = model.metadata[this.mimeType] as ReadonlyPartialJSONObject | undefined
    if (JSON.stringify(own?.view) === JSON.stringify(view)) return
    model.setData({ metadata: { ...model.metadata, [this.mimeType]: { ...own, view } } })
  }
}
