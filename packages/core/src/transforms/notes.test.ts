/** @file What stands beside the nodes survives transforms: sites, scopes, derivative links (D3.2). */
import { expect, test } from "vitest"
import {
  currentTrace,
  defn,
  grad,
  multiply,
  postorder,
  sin,
  sum,
  type Tensor,
  tensor,
  vmap,
} from "../index.ts"

const module = { name: "cell_1", sites: [] }
const site = (from: number, to: number) => ({ module, from, to })
const inner = (x: Tensor): Tensor => {
  currentTrace()?.moveTo(site(10, 20))
  const y = sin(x)
  currentTrace()?.moveTo(site(12, 18))
  return sum(multiply(y, y))
}
const nodesOf = (f: (x: Tensor) => Tensor) => {
  const { graph } = defn(f).program(tensor([1, 2]))
  return { notes: graph.table.notes, nodes: postorder(graph.outputs) }
}
const named = (nodes: readonly Tensor[], name: string): Tensor[] =>
  nodes.filter((n) => n.op.name === name)

test("a gradient's forward nodes keep their expression, and derivative nodes point at them", () => {
  const { notes, nodes } = nodesOf((x) => {
    currentTrace()?.moveTo(site(0, 50))
    return grad(inner)(x)
  })
  const [forward] = named(nodes, "sin")
  expect(notes.sites.get(forward)?.map((s) => [s.from, s.to])).toEqual([[10, 20]])
  const [cosine] = named(nodes, "cos")
  expect(notes.dual.get(cosine) === forward).toBe(true)
  expect(notes.sites.get(cosine)).toBeUndefined()
})
test("batched nodes keep their expression and scope", () => {
  const { notes, nodes } = nodesOf((x) => {
    currentTrace()?.moveTo(site(0, 50))
    const scoped = (v: Tensor): Tensor =>
      currentTrace()?.inScope("layer 1", "layer", () => inner(v)) as Tensor
    return vmap(scoped)(x)
  })
  const [forward] = named(nodes, "sin")
  expect(notes.sites.get(forward)?.map((s) => [s.from, s.to])).toEqual([[10, 20]])
  expect(notes.scopes.get(forward)?.name).toBe("layer 1")
})
