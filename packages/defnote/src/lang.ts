/** @file `defnote/lang`: what rewritten text imports (K3). People do not. */
import "./sources.ts"

export { $d, $lib } from "@defnote/core/lang"
