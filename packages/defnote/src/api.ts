/** @file Every public name: those of the engine, and pictures, plots and files beside them. */
export * from "@defnote/core/public"
export { readNpy, writeNpy } from "./npy.ts"
export { readNpz, writeNpz } from "./npz.ts"
export { Output } from "./output.ts"
export { graph, inspect } from "./pictures.ts"
export { type PlotInput, type PlotLayout, plot } from "./plot.ts"
export { exercise, stepThrough } from "./stepping.ts"
