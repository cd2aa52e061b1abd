/** @file The five ZeroMQ sockets of a kernel as one transport; it does not know what messages mean. */
import { Reply, Router, XPublisher } from "zeromq"
import type { Channel, Transport } from "../host/ports.ts"
import { address, type Connection } from "./connection.ts"
import {
  createHeader,
  decodeMessage,
  encodeMessage,
  type Message,
  type Signer,
  WireError,
  type WireLimits,
} from "./message.ts"
import { Queue } from "./queue.ts"

/** What {@link openTransport} needs. */
export interface TransportOptions {
  connection: Connection
  signer: Signer
  limits: WireLimits
  session: string
  log(line: string): void
  receive(channel: Channel, message: Message): void
  /** The first subscriber of iopub was told so: what is published from now on comes after its welcome. */
  subscribed(): void
}

/** A transport that can be closed. */
export interface OpenTransport extends Transport {
  close(): void
}

/** Binds the sockets and begins to receive. */
export async function openTransport(options: TransportOptions): Promise<OpenTransport> {
  const { connection, log } = options
  const routers = { shell: router(options), control: router(options), stdin: router(options) }
  const iopub = new XPublisher({ sendHighWaterMark: 0, linger: 1000 })
  const heartbeat = new Reply({ linger: 0 })
  await Promise.all([
    ...channels.map((name) => routers[name].bind(address(connection, name))),
    iopub.bind(address(connection, "iopub")),
    heartbeat.bind(address(connection, "hb")),
  ])
  const queues = new Map([...channels, "iopub" as const].map((name) => [name, new Queue(report)]))
  function report(error: unknown): void {
    log(`send: ${error instanceof Error ? error.message : error}`)
  }
  const publish = (topic: string, message: Message) => {
    const frames = [Buffer.from(topic), ...encodeMessage(message, options.signer)]
    queues.get("iopub")?.push(() => iopub.send(frames as Buffer[]))
  }
  for (const name of channels) void listen(routers[name], name, options)
  void echo(heartbeat)
  void welcome(iopub, options, publish)
  return {
    publish: (message) => publish(`kernel.${options.session}.${message.header.msg_type}`, message),
    reply(channel, message) {
      const frames = encodeMessage(message, options.signer) as Buffer[]
      queues.get(channel)?.push(() => routers[channel].send(frames))
    },
    drained: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.drained()))
    },
    close() {
      for (const socket of [...Object.values(routers), iopub, heartbeat]) socket.close()
    },
  }
}

const channels = ["shell", "control", "stdin"] as const

function router(options: TransportOptions): Router {
  // Twice the message limit: a message a little too large is refused with a line in the log, one
  // far too large costs its sender the connection before it costs us memory.
  const maxMessageSize = options.limits.bytes * 2
  return new Router({ sendHighWaterMark: 0, linger: 1000, maxMessageSize, handover: true })
}

async function listen(socket: Router, channel: Channel, options: TransportOptions): Promise<void> {
  for await (const frames of socket) {
    try {
      options.receive(channel, decodeMessage(frames, options.signer, options.limits))
    } catch (error) {
      if (error instanceof WireError) options.log(`${channel}: dropped: ${error.message}`)
      else options.log(`${channel}: ${error instanceof Error ? error.stack : error}`)
    }
  }
}

async function echo(socket: Reply): Promise<void> {
  for await (const frames of socket) await socket.send(frames)
}

/** Tells each new subscriber that its subscription is live (JEP 65). */
async function welcome(
  socket: XPublisher,
  { session, subscribed }: TransportOptions,
  publish: (topic: string, message: Message) => void,
): Promise<void> {
  let first = true
  for await (const [frame] of socket) {
    if (frame[0] !== 1) continue
    const topic = frame.subarray(1).toString()
    publish(topic, {
      identities: [],
      header: createHeader("iopub_welcome", session),
      parent: {},
      metadata: {},
      content: { subscription: topic },
      buffers: [],
    })
    if (first) subscribed()
    first = false
  }
}
