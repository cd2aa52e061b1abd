/** @file The kernel around this library, when there is one: its displays and its comms. */

/** The kernel's end of a comm that a front end opened. */
export interface HostComm {
  send(data: object): void
  onMessage?: (event: { readonly data: Readonly<Record<string, unknown>> }) => void
}

/** How a cell ended. */
export interface CellEnd {
  readonly status: "ok" | "error" | "interrupted"
  /** Name and message of the error. */
  readonly reason?: string
}

/** What the kernel's runtime offers; the name of the symbol carries the version. */
export interface KernelHost {
  readonly comms: { register(target: string, opened: (comm: HostComm) => void): void }
  /** Who says what tensors are, for the panel of variables; absent in an older kernel. */
  readonly variables?: {
    describe(describer: (value: object, until: number) => object | null | undefined): void
  }
  /** The cell that runs; absent in an older kernel. */
  cell?(): { readonly cellId?: string; readonly executionCount: number }
  /** Tells once how the running cell ends; absent in an older kernel. */
  whenCellEnds?(owner: object, listener: (end: CellEnd) => void): boolean
  display(value: unknown, options?: { readonly id?: string; readonly update?: boolean }): void
}

/** The kernel, or undefined in a plain process. */
export const kernelHost = (): KernelHost | undefined =>
  (globalThis as { [key: symbol]: unknown })[Symbol.for("defnote.kernel/1")] as
    | KernelHost
    | undefined

/** A question of a view; `request` comes back with the answer. */
export type Question = Readonly<Record<string, unknown>>

/** Answers questions of views on a comm target; nothing happens in a plain process. */
export function answerQuestions(target: string, answer: (question: Question) => object): void {
  kernelHost()?.comms.register(target, (comm) => {
    comm.onMessage = ({ data }) => comm.send({ ...answer(data), request: data.request })
  })
}
