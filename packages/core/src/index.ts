/** @file What people and packages import from the engine: an explicit list per file. */
import "./install.ts"

export { shownValue } from "./arguments.ts"
export {
  affordedBytes,
  allocateBuffer,
  budget,
  bytesText,
  countMemory,
  type Gauge,
  setGauge,
  usedBytes,
} from "./budget.ts"
export { capturesOf, factsOf, plainCaptures, registerFunction } from "./captures.ts"
export type {
  CompileOptions,
  Compiler,
  Executable,
  KernelBuffer,
  KernelInfo,
  MemoryPlan,
  NodePlace,
  Part,
  RewriteStep,
} from "./compiler.ts"
export {
  compilerNamed,
  compilerNames,
  defaultCompiler,
  preferCompilers,
  registerCompiler,
} from "./compilers.ts"
export {
  type Container,
  flatten,
  flattenWithPaths,
  mapTensors,
  structureKey,
  unflatten,
  visit,
} from "./container.ts"
export { debug, graphText } from "./debug.ts"
export { type Defn, type DefnOptions, defn, isDefn, type ProgramInfo, setRewriter } from "./defn.ts"
export { type DrawnRange, randomNumbers, randomValues } from "./drawn-values.ts"
export * from "./dtype.ts"
export { engine } from "./engine.ts"
export * from "./errors.ts"
export { type PartialProgram, partialOf } from "./failure.ts"
export {
  type Graph,
  graphOf,
  inline,
  isGraph,
  nodesOf,
  postorder,
  substitute,
  substitution,
  typesOf,
} from "./graph.ts"
export {
  type DerivativeFormula,
  derivativeFormulas,
  derivativeOf,
  formulaSize,
  LETTERS,
  latexOf,
} from "./latex.ts"
export { make } from "./make.ts"
export { MEASURED, type Measured, SIGN_EXPONENT_BINS } from "./measured.ts"
export { cast, fit, read, roundFloat, type Value, wrap, write } from "./number.ts"
export type {
  At,
  ErrorSample,
  Flat,
  Fold,
  Grad,
  Hazard,
  InnerRun,
  Latex,
  Nested,
  Op,
  Region,
  Reversed,
  RunGraph,
  Sample,
  Values,
  Vjp,
} from "./op.ts"
export { codeOf } from "./ops/code.ts"
export * from "./ops/control.ts"
export { declarations } from "./ops/declarations.ts"
export { measure, signExponentBin } from "./ops/measure.ts"
export { split } from "./ops/move-part.ts"
export { setPrinter } from "./ops/print-value.ts"
export * as random from "./ops/random.ts"
export * from "./ops/source.ts"
export * from "./ops/table.ts"
export { checkOptions, optionNames } from "./options.ts"
export { type Optimized, optimize, originsOf, PASSES, type Pass, placesOf } from "./passes.ts"
export { pipe } from "./pipe.ts"
export { formatNumber, formatTensor, type PrintOptions } from "./print.ts"
export type { Program } from "./program.ts"
export { traceProgram } from "./program.ts"
export { reference, runGraph } from "./reference.ts"
export { applyRule, equation, type Rewritten, type Rule, rewrite, type Step } from "./rewrite.ts"
export * as scalarInstructions from "./scalar.ts"
export { compileScalar, type RunOptions as ScalarRunOptions, scalarText } from "./scalar-run.ts"
export * from "./shape.ts"
export { type Compiled, type Shown, setShown } from "./shown.ts"
export { formatSite, lineOf, type Site, type SourceModule } from "./source.ts"
export { dropSpares, keepSpare, takeSpare } from "./spare.ts"
export { CpuStorage, elementsOf, onRelease, type Storage } from "./storage.ts"
export {
  type Attrs,
  describe,
  isConcrete,
  isTensor,
  type NestedArray,
  storageOf,
  TENSOR,
  Tensor,
} from "./tensor.ts"
export {
  currentTrace,
  InternTable,
  Notes,
  type Scope,
  Trace,
  withTable,
  withTrace,
} from "./trace.ts"
export { checkpoint, customGrad, type GradRule } from "./transforms/custom-grad.ts"
export { hessian, jacobian, jvp } from "./transforms/forward.ts"
export { pullback, vjpGraph } from "./transforms/grad.ts"
export { type GradOptions, grad, valueAndGrad, vjp } from "./transforms/gradient.ts"
export { checkGraph } from "./transforms/gradient-check.ts"
export { jvpGraph, pushforward } from "./transforms/jvp.ts"
export type { ArgNumbers, Gradient, Gradients } from "./transforms/types.ts"
export { type VmapOptions, vmap } from "./transforms/vectorize.ts"
export { batchGraph, batchType } from "./transforms/vmap.ts"
export { fromTypedArray, scalar, type TensorOptions, tensor } from "./value.ts"
