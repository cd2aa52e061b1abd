/** @file What a compiled function shows in a notebook; the package `defnote` says what. Knows no pictures. */

type Properties = PropertyDescriptorMap
// biome-ignore lint/suspicious/noExplicitAny: defn.ts depends on this file, so its type is not known here
let describeFunction: (f: any) => Properties = () => ({})

/** Installs properties that every compiled function gets. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function setShown(properties: (f: any) => Properties): void {
  describeFunction = properties
}
export const shownProperties = (f: unknown): Properties => describeFunction(f)
