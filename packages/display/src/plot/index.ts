/** @file Figures. */
export { type Column, type PlotAxis, type PlotLayout, type PlotTrace, titleOf } from "./figure.ts"
export { plotSvg } from "./plot-svg.ts"
