/**
 * @file The memory budget (D4.3): it bounds the sum of what lives, and the error names the largest tensors. What the process
 * uses, and how it collects what nobody holds, the embedder says: this file knows no host.
 */
import { DTYPES, type DType } from "./dtype.ts"
import { MemoryError } from "./errors.ts"
import { formatType, type TensorType } from "./shape.ts"
import { dropSpares } from "./spare.ts"

/** The bytes that all tensors may take at most; the embedder sets it from the memory of the machine. */
export const budget = { bytes: 8 * 2 ** 30 }

/** What the embedder knows of the process. */
export interface Gauge {
  /** Bytes of all buffers, with those that nobody holds any more and that were not collected yet. */
  used(): number
  /** Frees buffers that nobody holds. */
  collect?(): void
  /** The place in the user's text that runs now: `cell 4, line 3`. Costs more than a small tensor. */
  where?(): string | undefined
}
let gauge: Gauge | undefined
/** Installs the gauge; until then a single allocation is all that the budget bounds. */
export function setGauge(g: Gauge | undefined): void {
  gauge = g
  estimate = 0
}
const others: (() => number)[] = []
/** Adds memory that is no buffer of a tensor, such as the memory that compiled programs work in. */
export function countMemory(bytes: () => number): void {
  others.push(bytes)
}
/** Bytes that count against the budget now; without a gauge only those of {@link countMemory}. */
export const usedBytes = (): number => others.reduce((sum, f) => sum + f(), gauge?.used() ?? 0)

/** What was used when it was measured last, and all that was asked for since: more than is used. */
let estimate = 0
/** Collections before an allocation is refused: buffers of the first may be given back during the second. */
const COLLECTIONS = 2
/** Whether there is room. Measuring takes longer than a small tensor, so it is put off until it matters. */
function claim(bytes: number): boolean {
  if (!gauge) return bytes <= budget.bytes
  if (estimate + bytes > budget.bytes) {
    dropSpares()
    estimate = usedBytes()
    for (let i = 0; i < COLLECTIONS && estimate + bytes > budget.bytes; i++) {
      gauge.collect?.()
      estimate = usedBytes()
    }
    if (estimate + bytes > budget.bytes) return false
  }
  estimate += bytes
  return true
}

/** `1.5 GiB`, `20.0 MiB`, `24 bytes`. */
export function bytesText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${bytes} bytes`
}
const SMALLER = "Work in smaller batches, use a narrower dtype"
/** The bytes of `n` elements, or an error that names the size before the process is killed for it. */
export function affordedBytes(d: DType, n: number, what: string): number {
  const bytes = n * DTYPES[d].bytes
  if (claim(bytes)) return bytes
  const size = `${what}: ${bytesText(bytes)} for ${n} elements of ${d}`
  const most = bytesText(budget.bytes)
  throw new MemoryError(
    bytes > budget.bytes || !gauge
      ? `${size}; the budget is ${most}`
      : `${size}; ${bytesText(estimate)} of the budget of ${most} are in use${largest(estimate)}`,
    {
      remedy: `${SMALLER}, drop tensors that you no longer need, or raise the budget with DEFNOTE_MEMORY.`,
    },
  )
}
/** A new buffer for `n` elements, filled with zeros. */
export function allocateBuffer(d: DType, n: number, what: string): ArrayBuffer {
  const bytes = affordedBytes(d, n, what)
  try {
    // By way of a view: a buffer may be longer than the longest array, and could not be read then.
    return new Uint8Array(bytes).buffer
  } catch {
    throw new MemoryError(
      `${what}: ${bytesText(bytes)} for ${n} elements of ${d}; the system does not give one piece of that size`,
      { remedy: `${SMALLER}.` },
    )
  }
}

/** Smaller tensors are not kept in mind. */
const LARGE = 2 ** 20
/** Tensors of one type that were made at one place. Plain records: they keep no tensor alive. */
interface Group {
  readonly text: string
  count: number
  bytes: number
}
const groups = new Map<string, Group>()
/** Different places and types that are kept in mind; those that come later count as one. */
const GROUPS = 200
interface Lost {
  readonly group: Group
  readonly bytes: number
}
const registry = new FinalizationRegistry<Lost>(lose)
function lose({ group, bytes }: Lost): void {
  group.count--
  group.bytes -= bytes
}
/** What is kept in mind of a storage, and an object that ends with it. */
interface Note {
  readonly lost: Lost
  readonly token: object
}
/**
 * The registry watches a token in the storage's place: what it watches survives every collection of young objects, and with
 * the storage so would its buffer. A loop of 16 MB results then ran through cold memory, at half the speed.
 */
const noted = new WeakMap<object, Note>()

/**
 * Keeps in mind that a large tensor was made, and from half of the budget on where. The host tells of its end between two
 * tasks only, so within one cell the records may hold more than what lives.
 */
export function noteLarge(storage: { readonly byteLength: number }, type: TensorType): void {
  const bytes = storage.byteLength
  if (bytes < LARGE || noted.has(storage)) return
  const where = gauge && 2 * estimate > budget.bytes ? gauge.where?.() : undefined
  const lost = { group: groupOf(formatType(type), where), bytes }
  lost.group.count++
  lost.group.bytes += bytes
  const token = {}
  noted.set(storage, { lost, token })
  registry.register(token, lost, token)
}
/** The memory of a noted tensor was given up. */
export function noteEnd(storage: object): void {
  const note = noted.get(storage)
  if (!note) return
  noted.delete(storage)
  registry.unregister(note.token)
  lose(note.lost)
}
function groupOf(type: string, where: string | undefined): Group {
  if (groups.size >= GROUPS) for (const [key, g] of groups) if (g.count === 0) groups.delete(key)
  const full = groups.size >= GROUPS
  const key = full ? "" : `${type} ${where}`
  const text = full ? "tensors of other types" : where ? `${type} made at ${where}` : type
  let group = groups.get(key)
  if (!group) groups.set(key, (group = { text, count: 0, bytes: 0 }))
  return group
}
/** How many kinds of tensors an error names. */
const NAMED = 3
/** The kinds of large tensors that take most, for a message. */
function largest(inUse: number): string {
  const all = [...groups.values()].filter((g) => g.count > 0).sort((a, b) => b.bytes - a.bytes)
  if (!all.length) return ""
  const known = all.reduce((sum, g) => sum + g.bytes, 0)
  const list = all
    .slice(0, NAMED)
    .map((g) => `${g.count > 1 ? `${g.count} x ` : ""}${g.text} (${bytesText(g.bytes)})`)
  // More than is in use: some of them are gone already, and the host has not told of it.
  const say = known > inUse ? "at most, since some may be gone" : "the largest"
  return `\n  ${say}: ${list.join(", ")}`
}
