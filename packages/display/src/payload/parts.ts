/** @file Parts of a graph that are not stored because it is too large (D8.3): what stands for them; types only. */

/** The program of which a payload stores a part. */
export interface Whole {
  /** Name under which the kernel that made it gives the rest (`PARTS`); absent: nobody has it. */
  readonly id?: string
  /** Nodes of the whole program. */
  readonly nodes: number
  /** Scopes whose inside is not here; those inside of them do not count. */
  readonly scopes: number
  /** Passes of a compiler that are not here: of a program so large only what was traced is stored. */
  readonly passes?: number
}

/**
 * A node that stands for nodes of one phase in one scope, with all scopes inside of it. It reads what they read, and
 * what they give is read from it; its output has the type of one of theirs.
 */
export interface Summary {
  readonly node: number
  /** Number of the scope in the whole program. */
  readonly scope: number
  readonly nodes: number
  /** Operations among them, as the picture counts them: neither leaves nor what is written into labels; of updates, the values that they update. */
  readonly ops: number
  /** Elements of the parameters among them. */
  readonly parameters: number
  /** Gradients of these parameters that the program returns, when some are among the nodes. */
  readonly gradients?: number
}
