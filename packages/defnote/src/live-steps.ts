/** @file The stepped runs that were shown last, kept so that a view can change a leaf; bounded in number and bytes. */
import {
  CpuStorage,
  cast,
  elementsOf,
  type Program,
  type Storage,
  sizeOf,
  type Tensor,
  write,
} from "@defnote/core"
import { type LeafEdit, STEPS, type StepReply, type TraceDoc } from "@defnote/display"
import { kernelHost } from "./host.ts"
import { Recent } from "./recent.ts"

/** A run that can be repeated. */
export interface LiveRun {
  readonly program: Program
  readonly inputs: readonly Storage[]
  /** The leaves, as the document numbers them. */
  readonly leaves: readonly Tensor[]
  /** The document for other inputs. */
  readonly again: (inputs: readonly Storage[]) => TraceDoc
}

/** Runs that are kept, and bytes of the inputs of one. */
const COUNT = 32
const BYTES = 4 * 2 ** 20

/** Runs by the name in their document, the least recently used given up first. */
export class LiveSteps {
  readonly #kept = new Recent<LiveRun>({ count: COUNT })

  /** Keeps a run unless its inputs are large. */
  keep(name: string, run: LiveRun): void {
    if (run.inputs.reduce((sum, s) => sum + s.byteLength, 0) > BYTES) return
    this.#kept.keep(name, run)
  }

  /** Answers a question of a view; whatever it is, it never throws. */
  answer(question: Readonly<Record<string, unknown>>): StepReply {
    const request = Number(question.request)
    const run = this.#kept.use(String(question.live))
    if (!run)
      return { request, problem: "The kernel no longer keeps this run. Run the cell again." }
    try {
      return { request, doc: run.again(editedInputs(run, question.edits)) }
    } catch (error) {
      return { request, problem: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** Copies of the inputs with other entries. @throws RangeError for an entry that is not there */
export function editedInputs(run: LiveRun, edits: unknown): Storage[] {
  const inputs = [...run.inputs]
  const copied = new Set<number>()
  for (const edit of Array.isArray(edits) ? (edits as LeafEdit[]) : []) {
    const leaf = run.leaves[edit?.leaf]
    const at = leaf ? run.program.graph.inputs.indexOf(leaf) : -1
    const valid = Number.isInteger(edit?.entry) && typeof edit.value === "number"
    if (at < 0 || !valid || edit.entry < 0 || edit.entry >= sizeOf(leaf.shape))
      throw new RangeError(`leaf ${edit?.leaf} has no entry ${edit?.entry}`)
    if (!copied.has(at)) inputs[at] = copyOf(inputs[at])
    copied.add(at)
    write(
      leaf.dtype,
      elementsOf(inputs[at], leaf.dtype),
      edit.entry,
      cast(edit.value, "f64", leaf.dtype),
    )
  }
  return inputs
}
const copyOf = (storage: Storage): Storage =>
  new CpuStorage((storage.readSync as () => ArrayBuffer)().slice(0))

let shared: LiveSteps | undefined

/** Keeps a shown run where a kernel can be asked for it. */
export function keepForSteps(name: string, run: LiveRun): void {
  const host = kernelHost()
  if (!host) return
  if (!shared) {
    const runs = new LiveSteps()
    shared = runs
    host.comms.register(STEPS, (comm) => {
      comm.onMessage = ({ data }) => comm.send(runs.answer(data))
    })
  }
  shared.keep(name, run)
}
