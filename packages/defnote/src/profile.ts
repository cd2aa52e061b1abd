/** @file `profile`: the kernels of a function with their times (K5). */
import { type Defn, type Executable, OptionError, type Storage } from "@defnote/core"
import { MIME, profileListing, profileSvg } from "@defnote/display"
import { profileDocument } from "@defnote/display/document"
import { storedPart } from "./large-graphs.ts"
import { Output } from "./output.ts"
import { type AnyFunction, withArguments } from "./pictures.ts"

/** Runs are repeated for so long, in ms, and at least and at most so often. */
const ENOUGH_MS = 250
const LEAST = 7
const MOST = 100
/** V8 compiles a kernel in two tiers; the first runs are those of the lower one. */
const WARM = 3

/**
 * Runs a function for a quarter of a second and shows the time of each of its kernels beside the graph and the code:
 * the median, and the tenth and ninetieth percentile.
 *
 * @throws OptionError when the function's compiler does not measure its kernels
 * @example profile(valueAndGrad(loss).using("wasm"), params, x, y)
 */
export function profile<F extends AnyFunction>(f: F, ...args: Parameters<F>): Output {
  const g: Defn = withArguments(f, "profile", args)
  const { program, inputs, compiler, profiled } = g.bind(...args)
  const executable = profiled()
  const kernelNs = samplesOf(executable, inputs, compiler)
  return new Output(() => {
    const title = `profile(${g.functionName})`
    const doc = profileDocument(program, executable, {
      title,
      original: g.original,
      compiler,
      kernelNs,
    })
    return {
      [MIME.profile]: storedPart(doc),
      "image/svg+xml": profileSvg(doc),
      "text/plain": profileListing(doc),
    }
  })
}

/** Nanoseconds per kernel, one sample a run. */
function samplesOf(
  executable: Executable,
  inputs: readonly Storage[],
  compiler: string,
): number[][] {
  const samples = executable.kernels.map((): number[] => [])
  for (let run = 0; run < WARM; run++) executable.run(inputs)
  if (!executable.kernelNs)
    throw new OptionError(
      `profile: the compiler ${compiler} does not measure its kernels; wasm does: f.using("wasm")`,
    )
  const end = performance.now() + ENOUGH_MS
  for (let run = 0; run < MOST && (run < LEAST || performance.now() < end); run++) {
    executable.run(inputs)
    executable.kernelNs?.forEach((ns, k) => void samples[k].push(Math.round(ns)))
  }
  return samples
}
