/** @file Comms from the side of user code and renderers: open, listen, send (both directions). */
import { randomUUID } from "node:crypto"
import type { CommMessage } from "../host/ports.ts"
import { emit } from "./reporter.ts"
import { currentNumber } from "./run.ts"

/** A message on a comm. */
export interface CommEvent {
  data: Record<string, unknown>
  buffers: readonly Uint8Array[]
}

/** One open comm. */
export interface Comm {
  readonly id: string
  readonly target: string
  send(data: Record<string, unknown>, buffers?: readonly Uint8Array[]): void
  close(data?: Record<string, unknown>): void
  onMessage?: (event: CommEvent) => void
  onClose?: (event: CommEvent) => void
}

/** What a front end opens: the handler gets the comm and the data of the opening. */
export type TargetHandler = (comm: Comm, event: CommEvent) => void

/** The comms of this runtime. */
export class Comms {
  readonly #open = new Map<string, Comm>()
  readonly #targets = new Map<string, TargetHandler>()

  /** Opens a comm to the front end. */
  open(target: string, data: Record<string, unknown> = {}, buffers: Uint8Array[] = []): Comm {
    const comm = this.#create(randomUUID(), target)
    this.#send({ kind: "open", comm_id: comm.id, target_name: target, data }, buffers)
    return comm
  }

  /** Lets front ends open comms of this name. */
  register(target: string, handler: TargetHandler): void {
    this.#targets.set(target, handler)
    emit({ type: "target", name: target, open: true })
  }

  /** Undoes {@link register}. */
  unregister(target: string): void {
    if (this.#targets.delete(target)) emit({ type: "target", name: target, open: false })
  }

  /** A message of the front end arrived. */
  receive(message: CommMessage, buffers: readonly Uint8Array[]) {
    const event = { data: message.data, buffers }
    if (message.kind === "open") {
      const target = message.target_name ?? ""
      const comm = this.#create(message.comm_id, target)
      this.#targets.get(target)?.(comm, event)
      return
    }
    const comm = this.#open.get(message.comm_id)
    if (message.kind === "msg") return comm?.onMessage?.(event)
    this.#open.delete(message.comm_id)
    comm?.onClose?.(event)
  }

  #create(id: string, target: string): Comm {
    const comm: Comm = {
      id,
      target,
      send: (data, buffers = []) => this.#send({ kind: "msg", comm_id: id, data }, buffers),
      close: (data = {}) => {
        if (this.#open.delete(id)) this.#send({ kind: "close", comm_id: id, data }, [])
      },
    }
    this.#open.set(id, comm)
    return comm
  }

  #send(message: CommMessage, buffers: readonly Uint8Array[]): void {
    emit({ type: "comm", run: currentNumber(), message }, buffers)
  }
}
