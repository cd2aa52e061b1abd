/** @file Control flow in one place: the nodes, for compilers and for the language. */
export { barrierOp, callNode, callOp } from "./control-call.ts"
export { condNodes, condOp, makeCond } from "./control-cond.ts"
export {
  makeScan,
  type Scanned,
  type ScanOptions,
  type ScanTurn,
  scanNodes,
  scanOp,
} from "./control-scan.ts"
export { keepOp } from "./control-shared.ts"
export { makeWhile, whileNodes, whileOp } from "./control-while.ts"
