/** @file Installs what tensors and compiled functions show in a notebook. */
import { isConcrete, setShown, Tensor } from "@defnote/core"
import { DISPLAY } from "./output.ts"
import { defnBundle, kernelsBundle } from "./pictures.ts"
import { tensorBundle } from "./tensors.ts"

Object.defineProperty(Tensor.prototype, DISPLAY, {
  configurable: true,
  value(this: Tensor) {
    return isConcrete(this) ? tensorBundle(this) : { "text/plain": this.toString() }
  },
})
setShown({
  functions: (f) => ({ [DISPLAY]: { value: () => defnBundle(f) } }),
  kernels: (compiled) => ({ [DISPLAY]: { value: () => kernelsBundle(compiled) } }),
})
