/** @file The engine's part of the public API: what a notebook imports. index.ts has what packages import beside it. */
export { type Defn, type DefnOptions, defn } from "./defn.ts"
export type { DType, Promote, TypedArray } from "./dtype.ts"
export { engine } from "./engine.ts"
export {
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
export * from "./ops/table.ts"
export type { Shape, TensorType } from "./shape.ts"
export { type NestedArray, Tensor } from "./tensor.ts"
export { fromTypedArray, scalar, type TensorOptions, tensor } from "./value.ts"
