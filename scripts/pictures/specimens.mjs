/** @file All specimens of the gallery by the notebook that they share. Each: `name`, `source` of its cell; perhaps `act` on
 * the output or `edit` of the cell, `fails` when an error is what is shown. */
import * as gradients from "./specimens/gradients.mjs"
import * as graphs from "./specimens/graphs.mjs"
import * as messages from "./specimens/messages.mjs"
import * as tensors from "./specimens/tensors.mjs"

/** A notebook's first cell and its specimens. */
export const GROUPS = { graphs, gradients, tensors, messages }
