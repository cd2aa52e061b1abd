/** @file Asks a kernel for parts of the tensors that it keeps: one comm per kernel. Loaded with the first output. */
import { TILES, type TileReply, type TileRequest } from "@defnote/display"
import type { TileSource } from "@defnote/graph-view"
import type { Kernel, KernelMessage } from "@jupyterlab/services"
import type { JSONObject } from "@lumino/coreutils"

/** How long a kernel that is not busy may take. */
const PATIENCE_MS = 10_000

/** The open questions to one kernel. */
class TileComm {
  readonly #kernel: Kernel.IKernelConnection
  readonly #waiting = new Map<number, (reply: TileReply | null) => void>()
  #comm: Kernel.IComm | null = null
  #questions = 0

  constructor(kernel: Kernel.IKernelConnection) {
    this.#kernel = kernel
    kernel.statusChanged.connect((_, status) => {
      if (/restarting|dead|terminating/.test(status)) this.#end()
    })
    kernel.disposed.connect(() => this.#end())
  }

  /** The answer; null when the kernel is gone or has no such comm. */
  ask(question: Omit<TileRequest, "request">): Promise<TileReply | null> {
    if (this.#kernel.isDisposed || /dead|terminating/.test(this.#kernel.status))
      return Promise.resolve(null)
    const comm = this.#open()
    const request = ++this.#questions
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(request, null), PATIENCE_MS)
      // A cell that runs may take any time: its end is waited for.
      if (this.#kernel.status === "busy") clearTimeout(timer)
      this.#waiting.set(request, (reply) => {
        clearTimeout(timer)
        resolve(reply)
      })
      comm.send({ request, ...question } as unknown as JSONObject)
    })
  }

  #open(): Kernel.IComm {
    if (this.#comm && !this.#comm.isDisposed) return this.#comm
    const comm = this.#kernel.createComm(TILES)
    comm.onMsg = ({ content }: KernelMessage.ICommMsgMsg) => {
      const reply = content.data as unknown as TileReply
      this.#answer(reply.request, reply)
    }
    comm.onClose = () => this.#end()
    comm.open({})
    this.#comm = comm
    return comm
  }

  #answer(request: number, reply: TileReply | null): void {
    this.#waiting.get(request)?.(reply)
    this.#waiting.delete(request)
  }

  #end(): void {
    this.#comm = null
    for (const request of [...this.#waiting.keys()]) this.#answer(request, null)
  }
}

const comms = new WeakMap<Kernel.IKernelConnection, TileComm>()

/** A source that asks the kernel that the output belongs to when it is asked. */
export const kernelTiles = (kernelOf: () => Kernel.IKernelConnection | null): TileSource => ({
  async ask(question) {
    const kernel = kernelOf()
    if (!kernel) return null
    let comm = comms.get(kernel)
    if (!comm) {
      comm = new TileComm(kernel)
      comms.set(kernel, comm)
    }
    return comm.ask(question)
  },
})
