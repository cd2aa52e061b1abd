/** @file The icon of defnote: ∂, drawn in the lab's own icon colour. */
import { LabIcon } from "@jupyterlab/ui-components"
import svgstr from "../style/icons/defnote.svg"

/** Bowl and stem of ∂; follows the theme through `jp-icon3`. */
export const defnoteIcon = new LabIcon({ name: "defnote:icon", svgstr })
