/** @file Writes PNG files of RGBA pixels; knows no tensors. Format: PNG (Third Edition), W3C, chunks of section 11. */
import { zlibSync } from "fflate"

/** Pixels in rows, four bytes each. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** 8 bits a sample, colour type 6 (RGBA), deflate, adaptive filters, no interlace. */
const RGBA8 = [8, 6, 0, 0, 0]

/** A PNG file; the same pixels give the same bytes. */
export function encodePng({ width, height, rgba }: Pixels): Uint8Array {
  const header = new Uint8Array(13)
  new DataView(header.buffer).setUint32(0, width)
  new DataView(header.buffer).setUint32(4, height)
  header.set(RGBA8, 8)
  // Each row begins with its filter: 0 is none, which suits enlarged images.
  const rows = new Uint8Array(height * (1 + 4 * width))
  for (let y = 0; y < height; y++)
    rows.set(rgba.subarray(4 * width * y, 4 * width * (y + 1)), y * (1 + 4 * width) + 1)
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]
  return Uint8Array.from([...SIGNATURE, ...chunks.flatMap((bytes) => [...bytes])])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

/** CRC-32 of ISO 3309, as annex D of the format gives it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
