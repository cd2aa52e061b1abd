/** @file Builds DOM from text only. Data never becomes markup (D8.4). */

/** Attributes and `data-*`, `aria-*` names as they stand in the document; undefined leaves one out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Creates an element with a class, attributes, and children (strings become text). */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  if (className) node.className = className
  setAttributes(node, attributes)
  node.append(...children)
  return node
}

/** Sets attributes; `undefined` and `false` remove one, `true` sets it empty, except for `aria-*`. */
export function setAttributes(node: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const absent = value === undefined || (value === false && !name.startsWith("aria-"))
    if (absent) node.removeAttribute(name)
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value))
  }
}

/** A button of the toolbar: at least 24 px, with its meaning as name and tooltip. */
export function button(
  label: string,
  title: string,
  onClick: () => void,
  className = "",
): HTMLButtonElement {
  const node = element("button", `dn-button ${className}`.trim(), { type: "button", title }, label)
  if (title !== label) node.setAttribute("aria-label", title)
  node.addEventListener("click", onClick)
  return node
}

/** A canvas that covers `width` x `height` CSS px at the screen's own resolution. */
export function sizeCanvas(canvas: HTMLCanvasElement, width: number, height: number): number {
  const ratio = globalThis.devicePixelRatio || 1
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  return ratio
}

/** The drawing context of a canvas; every browser that runs the lab has one. */
export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d")
  if (!context) throw new Error("graph view: this browser gives no 2d canvas")
  return context
}

/** Listeners and observers of a view, ended together. */
export class Lifetime {
  readonly #ends: (() => void)[] = []
  #over = false

  /** True after `end`. */
  get over(): boolean {
    return this.#over
  }

  /** Adds what must happen at the end. */
  add(end: () => void): void {
    this.#ends.push(end)
  }

  /** Listens until the end. */
  listen<K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void {
    target.addEventListener(type, listener, options)
    this.add(() => target.removeEventListener(type, listener, options))
  }

  /** Calls back when the size of a node changes. */
  onResize(target: Element, listener: () => void): void {
    const observer = new ResizeObserver(listener)
    observer.observe(target)
    this.add(() => observer.disconnect())
  }

  /** Ends everything, last added first. */
  end(): void {
    this.#over = true
    for (const end of this.#ends.splice(0).reverse()) end()
  }
}

/** A sentence in which words between backticks are code. */
export const prose = (text: string): (Node | string)[] =>
  text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? element("code", "dn-code", {}, part) : part))

/** Creates an SVG element with presentation attributes and children. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  setAttributes(node, attributes)
  node.append(...children)
  return node
}
