/** @file The engine's part of the public API: what a notebook imports. index.ts has what packages import beside it. */
import "./install.ts"

export { type Defn, type DefnOptions, defn } from "./defn.ts"
export type { DType, Promote, TypedArray } from "./dtype.ts"
export { engine } from "./engine.ts"
export {
  CheckError,
  CompileError,
  DefnoteError,
  DeviceError,
  DTypeError,
  GradError,
  InterruptError,
  MemoryError,
  OptionError,
  PayloadError,
  ShapeError,
  TraceError,
} from "./errors.ts"
export { cond, forLoop, map, named, scan, switchCase, whileLoop } from "./ops/control-flow.ts"
export { printValue } from "./ops/print-value.ts"
export * as random from "./ops/random.ts"
export * from "./ops/table.ts"
export { pipe } from "./pipe.ts"
export type { Shape, TensorType } from "./shape.ts"
export { type NestedArray, Tensor } from "./tensor.ts"
export { checkpoint, customGrad } from "./transforms/custom-grad.ts"
export { hessian, jacobian, jvp } from "./transforms/forward.ts"
export { grad, valueAndGrad, vjp } from "./transforms/gradient.ts"
export { vmap } from "./transforms/vectorize.ts"
export { fromTypedArray, scalar, type TensorOptions, tensor } from "./value.ts"
