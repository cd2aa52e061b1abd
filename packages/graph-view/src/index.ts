/** @file The package's exports: views of payloads in a browser, without JupyterLab. */

export { AudioView } from "./audio-view.ts"
export { GradientView, type GradientViewOptions } from "./gradient-view.ts"
export type { GraphViewOptions } from "./graph-options.ts"
export type { PartSource } from "./graph-parts.ts"
export { GraphView } from "./graph-view.ts"
export { ImageView } from "./image-view.ts"
export { answerLayouts, type WorkerInput, type WorkerOutput } from "./layout-service.ts"
export { expressionText } from "./node-text.ts"
export { ProfileView } from "./profile-view.ts"
export type { LiveSteps } from "./step-leaf.ts"
export { StepView, type StepViewOptions } from "./step-view.ts"
export type { RowSource } from "./table-rows.ts"
export { TableView, type TableViewOptions } from "./table-view.ts"
export type { TileSource } from "./tensor-tiles.ts"
export { TensorView, type TensorViewOptions } from "./tensor-view.ts"
export { TrainingView, type TrainingViewOptions } from "./training-view.ts"
export {
  english,
  isNodeView,
  type NodeView,
  type Translate,
  type View,
  type ViewOptions,
} from "./view.ts"
