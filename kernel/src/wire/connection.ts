/** @file The connection file Jupyter hands to a kernel: read and checked, nothing is opened. */
import { readFileSync } from "node:fs"

/** The fields of a connection file. */
export interface Connection {
  transport: string
  ip: string
  key: string
  signature_scheme: string
  shell_port: number
  control_port: number
  iopub_port: number
  stdin_port: number
  hb_port: number
}

/** The name of one of the five ports. */
export type PortName = "shell" | "control" | "iopub" | "stdin" | "hb"

const PORTS: readonly PortName[] = ["shell", "control", "iopub", "stdin", "hb"]

/**
 * Reads a connection file.
 *
 * @throws Error when a field is missing, or when the key is empty and the address is not loopback
 */
export function readConnection(path: string): Connection {
  const connection = JSON.parse(readFileSync(path, "utf8")) as Connection
  for (const port of PORTS) {
    const value = connection[`${port}_port`]
    if (!Number.isInteger(value)) {
      throw new Error(`connection: ${port}_port is ${value} in ${path}; a port number is needed`)
    }
  }
  connection.key ??= ""
  if (connection.key === "" && !isLoopback(connection)) {
    throw new Error(`connection: no key for ${connection.ip}; only loopback may be unsigned`)
  }
  return connection
}

/** The ZeroMQ address of a port. */
export function address(connection: Connection, port: PortName): string {
  const separator = connection.transport === "ipc" ? "-" : ":"
  return `${connection.transport}://${connection.ip}${separator}${connection[`${port}_port`]}`
}

function isLoopback(connection: Connection): boolean {
  const { ip, transport } = connection
  return (
    transport === "ipc" || ip === "localhost" || ip === "::1" || /^127(\.\d{1,3}){3}$/u.test(ip)
  )
}
