/** @file HMAC signatures of messages with the connection key; knows nothing of their content. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { Signer } from "./message.ts"

/** How many signatures are remembered to refuse a message sent twice. */
const REMEMBERED = 65_536

/**
 * A signer for a connection key.
 *
 * @param key the key of the connection file; empty means unsigned
 * @param scheme for example `hmac-sha256`
 * @throws Error for a scheme other than hmac-*
 */
export function createSigner(key: string, scheme: string): Signer {
  if (key === "") return { sign: () => "", verify: () => true }
  if (!scheme.startsWith("hmac-")) {
    throw new Error(`connection: signature scheme "${scheme}"; only hmac-* is known`)
  }
  const seen = new Set<string>()
  const sign = (parts: readonly Uint8Array[]) => digest(key, scheme.slice(5), parts)
  return {
    sign,
    verify(parts, signature) {
      if (seen.has(signature) || !same(sign(parts), signature)) return false
      remember(seen, signature)
      return true
    },
  }
}

function digest(key: string, algorithm: string, parts: readonly Uint8Array[]): string {
  const hmac = createHmac(algorithm, key)
  for (const part of parts) hmac.update(part)
  return hmac.digest("hex")
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}

function remember(seen: Set<string>, signature: string): void {
  seen.add(signature)
  if (seen.size <= REMEMBERED) return
  for (const oldest of seen) {
    seen.delete(oldest)
    return
  }
}
