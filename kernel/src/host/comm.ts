/** @file Which comms are open and who owns them: the runtime, or a service of the host. */
import { VARIABLES } from "@defnote/display"
import type { Content, Message } from "../wire/message.ts"
import type { CommMessage, Runtime } from "./ports.ts"
import type { Parent, Publisher } from "./publisher.ts"

/** A comm of the host itself, such as the diagnostics. */
export interface HostTarget {
  open(comm: HostComm, data: Content): void
  message(comm: HostComm, data: Content): void
  close(comm: HostComm): void
}

/** The host's end of a comm. */
export interface HostComm {
  readonly id: string
  send(data: Content, parent?: Parent): void
}

interface OpenComm {
  target: string
  owner?: { target: HostTarget; comm: HostComm }
}

/** Targets that every runtime has, also one that has not begun yet: what is sent waits in its pipe. */
const ALWAYS: readonly string[] = [VARIABLES]

/** Routes comm messages. */
export class CommRouter {
  readonly #open = new Map<string, OpenComm>()
  readonly #targets = new Set(ALWAYS)
  readonly #publisher: Publisher
  readonly #runtime: () => Runtime
  readonly #own: ReadonlyMap<string, HostTarget>

  constructor(publisher: Publisher, runtime: () => Runtime, own: ReadonlyMap<string, HostTarget>) {
    this.#publisher = publisher
    this.#runtime = runtime
    this.#own = own
  }

  /** The answer to `comm_info_request`. */
  info(target?: unknown): Content {
    const list = [...this.#open].filter(([, comm]) => !target || comm.target === target)
    return Object.fromEntries(list.map(([id, comm]) => [id, { target_name: comm.target }]))
  }

  /** A comm message of a front end. */
  receive(message: Message) {
    const { content } = message
    const id = String(content.comm_id)
    const data = (content.data ?? {}) as Content
    switch (message.header.msg_type) {
      case "comm_open":
        return this.#opened(message, id, String(content.target_name), data)
      case "comm_close":
        this.#forward({ kind: "close", comm_id: id, data }, message)
        this.#open.delete(id)
        return
      default:
        return this.#forward({ kind: "msg", comm_id: id, data }, message)
    }
  }

  /** A comm message of the runtime. */
  publish(message: CommMessage, buffers: readonly Uint8Array[], parent: Parent): void {
    const { kind, comm_id, data } = message
    if (kind === "open") this.#open.set(comm_id, { target: message.target_name ?? "" })
    if (kind === "close") this.#open.delete(comm_id)
    const content: Content = { comm_id, data }
    if (kind === "open") content.target_name = message.target_name
    this.#publisher.send(`comm_${kind}`, content, parent, { buffers, metadata: message.metadata })
  }

  /** The runtime listens to a target, or no longer. */
  setTarget(name: string, open: boolean): void {
    if (open) this.#targets.add(name)
    else this.#targets.delete(name)
  }

  /** The runtime is a new one: its comms are closed, the targets of user code unknown. */
  reset() {
    this.#targets.clear()
    for (const name of ALWAYS) this.#targets.add(name)
    for (const [id, comm] of this.#open) {
      if (comm.owner) continue
      this.#open.delete(id)
      this.#publisher.send("comm_close", { comm_id: id, data: { reason: "the runtime ended" } }, {})
    }
  }

  #opened(message: Message, id: string, name: string, data: Content) {
    const parent = message.header
    const target = this.#own.get(name)
    if (target) {
      const comm = this.#hostComm(id)
      this.#open.set(id, { target: name, owner: { target, comm } })
      return target.open(comm, data)
    }
    if (!this.#targets.has(name)) {
      return this.#publisher.send("comm_close", { comm_id: id, data: {} }, parent)
    }
    this.#open.set(id, { target: name })
    this.#runtime().sendComm(
      { kind: "open", comm_id: id, target_name: name, data },
      message.buffers,
    )
  }

  #forward(message: CommMessage, { buffers }: Message) {
    const open = this.#open.get(message.comm_id)
    if (!open) return
    if (!open.owner) return this.#runtime().sendComm(message, buffers)
    const { target, comm } = open.owner
    if (message.kind === "close") target.close(comm)
    else target.message(comm, message.data)
  }

  #hostComm(id: string): HostComm {
    return {
      id,
      send: (data, parent = {}) => this.#publisher.send("comm_msg", { comm_id: id, data }, parent),
    }
  }
}
