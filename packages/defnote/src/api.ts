/** @file Every public name: those of the engine, and pictures, plots and files beside them. */
export * from "@defnote/core/public"
export { type AudioOptions, audio } from "./audio.ts"
export {
  Exercise,
  ExerciseList,
  type ExerciseText,
  exercises,
  type Prediction,
} from "./exercise.ts"
export { type ImageLayout, type ImageOptions, image } from "./image.ts"
export type { CaptionOptions, ImageClasses } from "./image-captions.ts"
export { readNpy, writeNpy } from "./npy.ts"
export { readNpz, writeNpz } from "./npz.ts"
export { Output } from "./output.ts"
export { graph, inspect } from "./pictures.ts"
export { type PlotInput, type PlotLayout, plot } from "./plot.ts"
export { profile } from "./profile.ts"
export { exercise, stepThrough } from "./stepping.ts"
export { type TableData, table } from "./table.ts"
export { type AxisLabels, compare, type ShowOptions, show } from "./tensors.ts"
export {
  TrainingPanel,
  type TrainingPanelOptions,
  type TrainingStep,
  trainingPanel,
} from "./training.ts"
export { type Watched, watch } from "./watch.ts"
