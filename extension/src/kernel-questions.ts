/** @file Questions to a kernel and their answers: one comm per kernel and target. Knows no target. */
import type { Kernel, KernelMessage } from "@jupyterlab/services"
import type { JSONObject } from "@lumino/coreutils"

/** How long a kernel that is not busy may take. */
const PATIENCE_MS = 10_000

/** An answer bears the number of its question. */
export interface Reply {
  readonly request: number
}

/** The open questions to one kernel under one target. */
class Questions {
  readonly #kernel: Kernel.IKernelConnection
  readonly #target: string
  readonly #waiting = new Map<number, (reply: Reply | null) => void>()
  #comm: Kernel.IComm | null = null
  #questions = 0

  constructor(kernel: Kernel.IKernelConnection, target: string) {
    this.#kernel = kernel
    this.#target = target
    kernel.statusChanged.connect((_, status) => {
      if (/restarting|dead|terminating/.test(status)) this.#end()
    })
    kernel.disposed.connect(() => this.#end())
  }

  /** The answer; null when the kernel is gone or has no such comm. */
  ask(question: object): Promise<Reply | null> {
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
    const comm = this.#kernel.createComm(this.#target)
    comm.onMsg = ({ content }: KernelMessage.ICommMsgMsg) => {
      const reply = content.data as unknown as Reply
      this.#answer(reply.request, reply)
    }
    comm.onClose = () => this.#end()
    comm.open({})
    this.#comm = comm
    return comm
  }

  #answer(request: number, reply: Reply | null): void {
    this.#waiting.get(request)?.(reply)
    this.#waiting.delete(request)
  }

  #end(): void {
    this.#comm = null
    for (const request of [...this.#waiting.keys()]) this.#answer(request, null)
  }
}

const open = new WeakMap<Kernel.IKernelConnection, Map<string, Questions>>()

/** Asks; null when the kernel is gone, does not listen to the target, or does not answer. */
export function askKernel<R extends Reply>(
  kernel: Kernel.IKernelConnection,
  target: string,
  question: object,
): Promise<R | null> {
  const targets = open.get(kernel) ?? new Map<string, Questions>()
  open.set(kernel, targets)
  const questions = targets.get(target) ?? new Questions(kernel, target)
  targets.set(target, questions)
  return questions.ask(question) as Promise<R | null>
}
