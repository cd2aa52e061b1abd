/** @file The payloads that the kernel sends and the extension reads (K5), one document a kind; types only. */
import type { AudioDoc } from "./payload/audio.ts"
import type { GradientHistory, Harm, LookCost } from "./payload/findings.ts"
import type { GraphBody, GraphDoc } from "./payload/graph.ts"
import type { PayloadHead } from "./payload/head.ts"
import type { ImageDoc } from "./payload/image.ts"
import type { TableDoc } from "./payload/table.ts"
import type { TensorDoc } from "./payload/tensor.ts"
import type { TraceDoc } from "./payload/trace.ts"
import type { TrainingDoc } from "./payload/training.ts"

export * from "./payload/audio.ts"
export * from "./payload/findings.ts"
export * from "./payload/graph.ts"
export * from "./payload/head.ts"
export * from "./payload/image.ts"
export * from "./payload/parts.ts"
export * from "./payload/table.ts"
export * from "./payload/tensor.ts"
export * from "./payload/trace.ts"
export * from "./payload/training.ts"
export * from "./payload/version.ts"

/** A graph with `runs[0].stats` for every node and, where it was tested, `checks`. */
export interface GradientDoc extends PayloadHead<"gradient">, GraphBody {
  readonly verdict?: {
    readonly ok: boolean
    readonly title: string
    readonly text?: string
    readonly fix?: string
  }
  readonly harms?: readonly Harm[]
  readonly history?: GradientHistory
  readonly cost?: LookCost
}

/** `kernels`: a graph whose `kernels` are present, and times in `runs` where they were measured. */
export interface ProfileDoc extends PayloadHead<"profile">, GraphBody {}

/** The document of each kind. */
export interface PayloadOf {
  graph: GraphDoc
  gradient: GradientDoc
  tensor: TensorDoc
  trace: TraceDoc
  profile: ProfileDoc
  training: TrainingDoc
  image: ImageDoc
  table: TableDoc
  audio: AudioDoc
}
