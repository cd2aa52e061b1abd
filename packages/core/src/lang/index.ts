/** @file `defnote/lang`: what rewritten text imports. People do not. */
export { LanguageError } from "./access.ts"
export { $lib, DISPATCH_ABI, setDiagnostics } from "./library.ts"
export { $d, type TensorLike, type TypesDispatch } from "./types.ts"
