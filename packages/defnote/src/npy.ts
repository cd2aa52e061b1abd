/**
 * @file The `.npy` format: one tensor as a header and its elements.
 * @source NumPy, "A simple file format for NumPy arrays" (NEP 1), versions 1.0 to 3.0
 */
import {
  DTYPES,
  type DType,
  fromTypedArray,
  PayloadError,
  sizeOf,
  type Tensor,
  view,
} from "@defnote/core"

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Kind and bytes in NumPy's words; bf16 has none. */
const DESCR: Partial<Record<DType, string>> = {
  bool: "|b1",
  u8: "|u1",
  i8: "|i1",
  u16: "<u2",
  i16: "<i2",
  u32: "<u4",
  i32: "<i4",
  u64: "<u8",
  i64: "<i8",
  f16: "<f2",
  f32: "<f4",
  f64: "<f8",
}
const BY_DESCR = new Map(
  Object.entries(DESCR).map(([dtype, descr]) => [descr.slice(1), dtype as DType]),
)

/** The bytes of a `.npy` file that holds `x`. @throws PayloadError for bf16, which NumPy does not have */
export function writeNpy(x: Tensor): Uint8Array {
  const descr = DESCR[x.dtype as DType]
  if (!descr)
    throw new PayloadError(`writeNpy: NumPy has no ${x.dtype}`, {
      remedy: 'Convert it with asType(x, "f32") first.',
    })
  const tuple = x.shape.length === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(", ")})`
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  // The header ends at a multiple of 64 bytes, so that the elements are aligned when mapped.
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + "\n"
  const elements = x.dataSync({ copy: false })
  const out = new Uint8Array(10 + padded.length + elements.byteLength)
  out.set(MAGIC)
  out.set([1, 0, padded.length & 255, padded.length >> 8], 6)
  out.set(new TextEncoder().encode(padded), 10)
  out.set(
    new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength),
    10 + padded.length,
  )
  return out
}

/**
 * The tensor of a `.npy` file. Little and big endian, C and Fortran order.
 * @throws PayloadError that says what is wrong with the file, and with which one
 */
export function readNpy(bytes: Uint8Array, name = "readNpy"): Tensor {
  const bad = (what: string): PayloadError => new PayloadError(`${name}: ${what}`)
  if (bytes.length < 10 || MAGIC.some((b, i) => bytes[i] !== b))
    throw bad("this is no .npy file; it does not begin with \\x93NUMPY")
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[6] >= 2
  const start = wide ? 12 : 10
  if (bytes.length < start) throw bad(`the header is cut off at ${bytes.length} bytes`)
  const end = start + (wide ? data.getUint32(8, true) : data.getUint16(8, true))
  if (end > bytes.length) throw bad(`the header is cut off at ${bytes.length} bytes`)
  const { descr, shape, fortran } = header(
    new TextDecoder().decode(bytes.subarray(start, end)),
    bad,
  )
  const dtype = BY_DESCR.get(descr.slice(1))
  if (!dtype)
    throw bad(`dtype "${descr}" has no tensor dtype; known are ${[...BY_DESCR.keys()].join(", ")}`)
  const n = sizeOf(shape)
  const width = DTYPES[dtype].bytes
  if (bytes.length - end !== n * width) {
    throw bad(`[${shape}] of ${dtype} needs ${n * width} bytes, the file has ${bytes.length - end}`)
  }
  const body = bytes.slice(end)
  if (descr[0] === ">") swapBytes(body, width)
  if (dtype === "bool") body.forEach((b, i) => (body[i] = b ? 1 : 0))
  const flat = view(dtype, body.buffer)
  if (!fortran || shape.length < 2) return fromTypedArray(flat, { dtype, shape })
  return fromTypedArray(flat, { dtype, shape: [...shape].reverse() }).transpose() as Tensor
}
function header(
  text: string,
  bad: (what: string) => PayloadError,
): { descr: string; shape: number[]; fortran: boolean } {
  const descr = /'descr':\s*'([<>|=][a-z]\d+)'/.exec(text)?.[1]
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1]
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  if (!descr || shape === undefined || !fortran)
    throw bad(`the header is not a plain array's: ${text.trim().slice(0, 80)}`)
  return {
    descr,
    fortran: fortran === "True",
    shape: shape
      .split(",")
      .filter((s) => s.trim())
      .map(Number),
  }
}
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
}
