/** The few functions of the partial bundle that we call; it ships no types. */
declare module "plotly.js-cartesian-dist-min" {
  export interface Plotly {
    react(host: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>
    addFrames(host: HTMLElement, frames: object[]): Promise<unknown>
    purge(host: HTMLElement): void
    readonly Plots: { resize(host: HTMLElement): void }
  }
  const plotly: Plotly
  export default plotly
}

/** Icons are bundled as text. */
declare module "*.svg" {
  const text: string
  export default text
}

/** Style sheets are loaded with the chunk that imports them. */
declare module "*.css"
