/** @file The plugins of the extension; each can be disabled by its id. */
import { commands } from "./commands.ts"
import { diagnostics } from "./diagnostics.ts"
import { outputs } from "./outputs.ts"
import { plotly } from "./plotly-plugin.ts"
import { cellEditors, sourceLinks } from "./source-plugin.ts"
import { variables } from "./variables-plugin.ts"

export default [cellEditors, sourceLinks, outputs, commands, plotly, diagnostics, variables]
