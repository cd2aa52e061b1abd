/** @file Saving and loading parameters: `.npz`, a zip of `.npy` files, as NumPy's `savez` writes it. */
import { readFile, rename, writeFile } from "node:fs/promises"
import {
  type Container,
  flattenWithPaths,
  formatType,
  mapTensors,
  PayloadError,
  sameShape,
  type Tensor,
} from "@defnote/core"
import { unzipSync, zipSync } from "fflate"
import { readNpy, writeNpy } from "./npy.ts"

/** Zip's bound of what a reader unpacks; a larger file is refused before it fills the memory. */
const UNPACKED_LIMIT = 4 * 2 ** 30

/** `layers[0].w` as a name in the archive. */
const entryName = (path: string): string =>
  path
    .replace(/^\./, "")
    .replace(/\[(\d+)\]/g, ".$1")
    .replace(/^\./, "") || "value"

/**
 * Writes the tensors of a container to a `.npz` file; names are the paths, such as `layers.0.w`. The file is replaced
 * as a whole, so that a crash leaves the old one.
 * @example await writeNpz("model.npz", params)
 */
export async function writeNpz(path: string, values: Container): Promise<void> {
  const entries = flattenWithPaths(values)
  if (!entries.length) throw new PayloadError("writeNpz: there is no tensor in the value")
  const names = entries.map(([p]) => entryName(p))
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice) throw new PayloadError(`writeNpz: two tensors would be "${twice}"; rename one of them`)
  const files = Object.fromEntries(entries.map(([, x], i) => [`${names[i]}.npy`, writeNpy(x)]))
  const temporary = `${path}.${process.pid}.part`
  await writeFile(temporary, zipSync(files, { level: 0 }))
  await rename(temporary, path)
}

/**
 * Reads a `.npz` file: its tensors by name; with `like`, a container of the same structure as `like`.
 * @throws PayloadError naming the file and what is wrong with it
 * @example const params = await readNpz("model.npz", { like: initial })
 */
export async function readNpz(path: string): Promise<Record<string, Tensor>>
export async function readNpz<C>(path: string, options: { like: C }): Promise<C>
export async function readNpz(path: string, options: { like?: Container } = {}): Promise<unknown> {
  const found = new Map(
    Object.entries(unpack(path, await readFile(path))).map(([name, bytes]) => [
      name.replace(/\.npy$/, ""),
      readNpy(bytes, `${path}, ${name}`),
    ]),
  )
  if (options.like === undefined) return Object.fromEntries(found)
  return mapTensors(options.like, (like, place) => {
    const name = entryName(place)
    const x = found.get(name)
    if (!x)
      throw new PayloadError(
        `readNpz: ${path} has no "${name}"; it has ${[...found.keys()].join(", ")}`,
      )
    if (x.dtype !== like.dtype || !sameShape(x.shape, like.shape)) {
      throw new PayloadError(
        `readNpz: ${path}, "${name}" is ${formatType(x.type)}; ${formatType(like.type)} is expected`,
      )
    }
    return x
  })
}
function unpack(path: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize
        if (total > UNPACKED_LIMIT)
          throw new RangeError(`more than ${UNPACKED_LIMIT / 2 ** 30} GiB when unpacked`)
        return name.endsWith(".npy")
      },
    })
  } catch (e) {
    throw new PayloadError(`readNpz: ${path} is no readable .npz file: ${(e as Error).message}`)
  }
}
