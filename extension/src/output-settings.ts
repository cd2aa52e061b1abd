/** @file The settings of the outputs plugin with their defaults; knows the schema, no widget. */
import type { ISettingRegistry } from "@jupyterlab/settingregistry"

/** Settings that the views read; changed in place when the user changes them. */
export interface OutputSettings {
  /** Selection and open scopes are stored in the output's metadata. */
  saveView: boolean
  /** Height of a graph in CSS px. */
  height: number
  /** Most boxes that the first view of a graph opens. */
  budget: number
}

/** Defaults; the same numbers stand in `schema/outputs.json`. */
export const DEFAULT_SETTINGS: OutputSettings = { saveView: true, height: 480, budget: 44 }

/** Copies the user's values into `settings`, now and at every change. */
export function follow(settings: OutputSettings, loaded: ISettingRegistry.ISettings): void {
  const copy = () => {
    const { saveView, height, budget } = loaded.composite
    if (typeof saveView === "boolean") settings.saveView = saveView
    if (typeof height === "number") settings.height = height
    if (typeof budget === "number") settings.budget = budget
  }
  copy()
  loaded.changed.connect(copy)
}
