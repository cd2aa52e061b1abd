/** @file Effects: nodes beside the data path, kept in order by the trace, never shared (C11). */
import type { Tensor } from "../tensor.ts"

let serial = 0
/** A number that no other effect has. */
export const nextSerial = (): number => serial++
/** The attributes of an effect that is run once more: another serial, so that it is another node. */
export const again = (n: Tensor): Tensor["attrs"] =>
  n.op.effect ? { ...n.attrs, serial: nextSerial() } : n.attrs
