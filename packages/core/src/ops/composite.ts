/**
 * @file Composites: one name for a body of public functions. Attributes speak of the last axes, so batching is the same
 * node; a compiler may claim the name with a kernel, else it runs the body (D3.6).
 */
import type { ErrorSample, Grad, Hazard, Latex, Op, Sample, Values, Vjp } from "../op.ts"
import type { TensorType } from "../shape.ts"
import type { Attrs, Tensor } from "../tensor.ts"
import { pullback } from "../transforms/grad.ts"
import { declare } from "./declare.ts"

/** What a composite declares. */
export interface Composite {
  readonly type?: (types: readonly TensorType[], attrs: Attrs) => TensorType
  /** The meaning, in public functions of the inputs. */
  readonly body: (x: readonly Tensor[], node: Tensor) => Tensor
  /** A shorter gradient than that of the body. */
  readonly vjp?: (g: Tensor, node: Tensor) => readonly Grad[]
  /** Plain loops, where they say more than the body. */
  readonly evaluate?: (x: readonly Values[], node: Tensor) => Values
  readonly flat?: string
  readonly hazards?: readonly Hazard[]
  readonly latex: Latex
  readonly samples: readonly Sample[]
  readonly errors?: readonly ErrorSample[]
}

/** The gradient of a body, as a rule. */
export const vjpOfBody =
  (body: (node: Tensor) => readonly Tensor[]): Vjp =>
  (g, n) =>
    pullback(body(n), g, n.inputs)

export function composite(name: string, spec: Composite): Op {
  const body = (n: Tensor): readonly Tensor[] => [spec.body(n.inputs, n)]
  const rule = spec.vjp
  const { evaluate, flat } = spec
  return declare({
    name,
    family: "composite",
    type: (types, attrs) => [spec.type?.(types, attrs) ?? types[0]],
    body,
    vjp: flat
      ? { flat }
      : rule
        ? ([g], n) => (g ? rule(g, n) : n.inputs.map(() => null))
        : vjpOfBody(body),
    evaluate: evaluate && ((x, n) => [evaluate(x, n)]),
    latex: spec.latex,
    hazards: spec.hazards,
    samples: spec.samples,
    errors: spec.errors,
  })
}
