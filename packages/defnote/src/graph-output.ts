/** @file The picture of a graph, which can be written in other languages. */
import { OptionError } from "@defnote/core"
import {
  type GraphDoc,
  graphDot,
  graphListing,
  graphMermaid,
  graphSvg,
  graphTypeScript,
  MIME,
} from "@defnote/display"
import { storedPart } from "./large-graphs.ts"
import { Output } from "./output.ts"

/** What `graph` gives: shows itself, and is written as SVG, DOT, Mermaid or TypeScript. */
export class GraphOutput extends Output {
  readonly #document: () => GraphDoc
  #made: GraphDoc | undefined

  constructor(document: () => GraphDoc) {
    super(() => {
      const doc = this.#doc
      return {
        [MIME.graph]: storedPart(doc),
        "image/svg+xml": graphSvg(doc),
        "text/plain": graphListing(doc),
      }
    })
    this.#document = document
  }
  get #doc(): GraphDoc {
    this.#made ??= this.#document()
    return this.#made
  }
  /** The static picture: SVG with at most 150 boxes and 60 KB. */
  toSvg(): string {
    return graphSvg(this.#doc)
  }
  /** For Graphviz: a digraph with a cluster for each scope. */
  toDot(): string {
    return graphDot(this.#doc)
  }
  /** For Markdown: a Mermaid flowchart with a subgraph for each scope. */
  toMermaid(): string {
    return graphMermaid(this.#doc)
  }
  /**
   * A `defn` function of the public API that computes the same, as text.
   * @throws OptionError when a value has no public function that makes it, such as what the derivative of a loop keeps
   */
  toTypeScript(): string {
    const { text, problem } = graphTypeScript(this.#doc)
    if (text === undefined) throw new OptionError(`toTypeScript: ${problem}`)
    return text
  }
}
