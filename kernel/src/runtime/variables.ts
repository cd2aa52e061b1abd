/** @file What the session holds, for the variables panel: metadata only, asked while nothing runs. Knows no tensors. */
import { types } from "node:util"
import { VARIABLES, type VariableRow, type VariablesReply } from "@defnote/display"
import type { Comms } from "./comms.ts"
import { encodeBinary } from "./display.ts"
import { bundleOf } from "./format.ts"
import type { Evaluator } from "./inspector.ts"

/** What a library says of its own values: null for code, undefined for what is not its. `until`: measure nothing new after it. */
export type Describer = (
  value: object,
  until: number,
) => Omit<VariableRow, "name"> | null | undefined

/** Rows of one answer, bytes of one bundle, and ms that measuring may take. */
const MOST = 500
const BUNDLE_BYTES = 8 * 2 ** 20
const BUDGET_MS = 60
/** Characters of a text value. */
const TEXT = 40

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/** The variables of a session. */
export class Variables {
  readonly #evaluator: Evaluator
  /** What the global object had before the first cell. */
  #builtin: ReadonlySet<string> = new Set()
  #describer: Describer | undefined

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** Sets who knows tensors. */
  describe(describer: Describer): void {
    this.#describer = describer
  }

  /** Answers questions of front ends, from the first cell on. */
  listen(comms: Comms): void {
    this.#builtin = new Set(Object.getOwnPropertyNames(globalThis))
    comms.register(VARIABLES, (comm) => {
      comm.onMessage = ({ data }) => {
        void this.answer(data).then((reply) => comm.send({ ...reply }))
      }
    })
  }

  /** Whatever is asked, there is an answer. */
  async answer(question: Readonly<Record<string, unknown>>): Promise<VariablesReply> {
    const request = Number(question.request)
    if (question.kind !== "show") return { request, ...(await this.#list()) }
    const held = await this.#read(String(question.name))
    if (!held) return { request }
    const bundle = encodeBinary(await bundleOf(held.value))
    if (JSON.stringify(bundle).length <= BUNDLE_BYTES) return { request, bundle }
    return { request, bundle: { "text/plain": bundle["text/plain"] } }
  }

  /** What every variable is; nothing is measured anew after `until` (`performance.now()`). */
  async rows(until: number): Promise<VariableRow[]> {
    const rows: VariableRow[] = []
    for (const name of await this.#names()) {
      const held = await this.#read(name)
      const row = held && describe(held.value, until, this.#describer)
      if (row) rows.push({ name, ...row })
    }
    return rows
  }

  async #list(): Promise<Omit<VariablesReply, "request">> {
    const until = performance.now() + BUDGET_MS
    const variables = await this.rows(until)
    const unfinished = performance.now() > until
    const hidden = Math.max(0, variables.length - MOST)
    return { variables: variables.slice(0, MOST), hidden, unfinished }
  }

  /** Lexical names, and what cells put on the global object; what libraries hide there is not enumerable. */
  async #names(): Promise<string[]> {
    const own = Object.keys(globalThis).filter((name) => !this.#builtin.has(name))
    const names = [...(await this.#evaluator.names()), ...own]
    return [...new Set(names)].filter((name) => IDENTIFIER.test(name))
  }

  /** A global property that computes its value is not read. */
  async #read(name: string): Promise<{ value: unknown } | undefined> {
    const property = Object.getOwnPropertyDescriptor(globalThis, name)
    if (property && !this.#builtin.has(name))
      return "value" in property ? { value: property.value } : undefined
    const known = (await this.#evaluator.names()).includes(name)
    return known ? this.#evaluator.read(name) : undefined
  }
}

/** A row, or undefined for functions, modules and what is empty. No trap and no getter runs. */
function describe(
  value: unknown,
  until: number,
  describer: Describer | undefined,
): Omit<VariableRow, "name"> | undefined {
  if (value === null || value === undefined || typeof value === "function") return undefined
  if (typeof value !== "object") return { kind: "value", type: primitive(value), badges: [] }
  if (types.isProxy(value)) return { kind: "value", type: "Proxy", badges: [] }
  if (types.isModuleNamespaceObject(value)) return undefined
  const own = describer?.(value, until)
  if (own !== undefined) return own ?? undefined
  if (types.isTypedArray(value)) return typedArray(value)
  if (Array.isArray(value)) return { kind: "array", type: `Array(${value.length})`, badges: [] }
  return { kind: "value", type: nameOf(value), badges: [] }
}

function primitive(value: unknown): string {
  if (typeof value === "symbol") return "symbol"
  const text = String(value)
  const shown = text.length > TEXT ? `${text.slice(0, TEXT)}…` : text
  return typeof value === "string" ? `string ${JSON.stringify(shown)}` : `${typeof value} ${shown}`
}

/** Length and size from the prototype's own accessors: a subclass cannot answer for them. */
function typedArray(value: NodeJS.TypedArray): Omit<VariableRow, "name"> {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype)
  const read = (key: PropertyKey) =>
    Object.getOwnPropertyDescriptor(prototype, key)?.get?.call(value)
  const [tag, length, bytes] = [Symbol.toStringTag, "length", "byteLength"].map(read)
  return { kind: "array", type: `${tag}(${length})`, bytes, badges: [] }
}

/** The name of a built-in kind of object; others are objects: their tag may be computed. */
function nameOf(value: object): string {
  if (types.isMap(value)) return "Map"
  if (types.isSet(value)) return "Set"
  if (types.isDate(value)) return "Date"
  if (types.isPromise(value)) return "Promise"
  return "object"
}
