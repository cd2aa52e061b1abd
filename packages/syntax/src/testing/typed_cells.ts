/** @file Cells for the types text: what must complete at `|`, and which pieces of text must be flagged. */

export interface TypedCell {
  name: string
  text: string
  completes?: readonly string[]
  /** The flagged pieces, in order; undefined: not asked. */
  flags?: readonly string[]
}

// biome-ignore format: one cell a line
export const TYPED_CELLS: readonly TypedCell[] = [
  { name: "leaky relu", text: "const f = defn((x: Tensor, w: Tensor) => { const h = x * w + 1; return h > 0 ? h : 0.1 * h; });", flags: [] },
  { name: "method after op", text: "const f = defn((x: Tensor, w: Tensor) => { const h = x * w + 1; return h.|sum() });", completes: ["sum", "mean", "exp"], flags: [] },
  { name: "method on paren op", text: "const f = defn((x: Tensor, w: Tensor) => (x * w).|sum());", completes: ["sum"], flags: [] },
  { name: "ternary mixed number", text: "const f = defn((x: Tensor) => { const r = x > 0 ? x : 0; return r.|sum() });", completes: ["sum"], flags: [] },
  { name: "compound assign", text: "const f = defn((x: Tensor) => { let y = x; y += 1; y *= 2; return y.|sum() });", completes: ["sum"], flags: [] },
  { name: "a number becomes a tensor", text: "const f = defn((x: Tensor) => { let total = 0; for (let i = 0; i < 3; i++) total += x * i; return total; });", flags: [] },
  { name: "a counter stays a number", text: "const f = defn((x: Tensor) => { let n = 0; n += 1; const m: string = n; return x * m.length; });", flags: ["m"] },
  { name: "accumulate from number", text: "const f = defn((x: Tensor) => { let acc: TensorLike = 0; for (let i = 0; i < 3; i++) acc = acc + x * i; return acc; });", flags: [] },
  { name: "unary minus", text: "const f = defn((x: Tensor) => (-x).|exp());", completes: ["exp"], flags: [] },
  { name: "while", text: "const f = defn((x: Tensor) => { let y = x; while (y.sum() < 100) { y = y * 2; } return y; });", flags: [] },
  { name: "destructuring", text: "const f = defn((p: { w: Tensor, b: Tensor }, [x, y]: [Tensor, Tensor]) => { const { w, b } = p; const e = x * w + b - y; return [e, (e ** 2).mean()] as const; });", flags: [] },
  { name: "number stays number", text: "const f = defn((x: Tensor, n: number) => { const k = n * 2; const m: number = k + 1; return x * m.|toFixed.length; });", completes: ["toFixed"], flags: [] },
  { name: "optional narrowing", text: "const f = defn((x: Tensor, opts?: { scale?: number }) => { if (opts === undefined || opts.scale === undefined) return x; return x * opts.scale; });", flags: [] },
  { name: "string option", text: 'const f = defn((x: Tensor, act: "relu" | "none") => act === "relu" ? (x > 0 ? x : 0) : x);', flags: [] },
  { name: "error: string operand", text: "const f = defn((x: Tensor, s: string[]) => { const h = x * s; return h + 1; });", flags: ["s"] },
  { name: "error: unknown prop", text: "const f = defn((x: Tensor) => { const h = x + 1; return h.summ(); });", flags: ["summ"] },
  { name: "error: bad arg", text: 'const f = defn((x: Tensor) => { const h = x * 2; return h.reshape("a"); });', flags: ['"a"'] },
  { name: "error: outside defn", text: "const t = tensor([1,2]); const bad = t * 2;", flags: ["t"] },
  { name: "error: call f", text: 'const f = defn((x: Tensor) => x * 2); f("no");', flags: ['"no"'] },
  { name: "captured var", text: "const lr = 0.1, W = tensor([1,2]); const f = defn((x: Tensor) => (x - lr * W).|sum());", completes: ["sum"], flags: [] },
  { name: "bool mask", text: "const f = defn((x: Tensor) => { const m = x > 0; return m.|sum() });", completes: ["sum"], flags: [] },
  { name: "nested fn", text: "const f = defn((x: Tensor) => { const sq = (a: Tensor) => a * a; return sq(x + 1).|sum() });", completes: ["sum"], flags: [] },
  { name: "use defn directive", text: 'function g(x: Tensor) { "use defn"; const h = x / 2; return h.|mean() }', completes: ["mean"], flags: [] },
  { name: "incomplete code", text: "const f = defn((x: Tensor, w: Tensor) => { const h = x * w; h.|", completes: ["sum"] },
  { name: "incomplete operand", text: "const f = defn((x: Tensor, w: Tensor) => { const h = x * w.|", completes: ["sum"] },
  { name: "identifier completion", text: "const f = defn((xval: Tensor, w: Tensor) => { const h = w * xv|", completes: ["xval"] },
  { name: "index", text: "const f = defn((x: Tensor) => x[0, 1].|sum() + x[0][1])", completes: ["sum"], flags: [] },
  { name: "rows", text: "const f = defn((x: Tensor) => { let s: TensorLike = 0; for (const row of x) s += row.|sum(); return s })", completes: ["sum"], flags: [] },
  { name: "Math", text: "const f = defn((x: Tensor) => Math.tanh(x * 2).|mean() * Math.PI)", completes: ["mean"], flags: [] },
  { name: "increment statements without semicolons", text: "const f = defn((x: Tensor) => {\n  let y = 1\n  y++\n  --y\n  for (let i = 0; i < 3; i++) y += i\n  return x * y\n})", flags: [] },
  { name: "error: operand of +=", text: "const f = defn((x: Tensor) => { let y = x; y += {}; return y })", flags: ["{}"] },
  { name: "error: target of +=", text: "const f = defn((x: Tensor, s: string[]) => { s += x; return x })", flags: ["s", "s"] },
  { name: "error: target of += only as an operand", text: "const f = defn((x: Tensor, o: unknown) => { o += 1; return x })", flags: ["o"] },
  { name: "a number that takes a tensor", text: "const f = defn((x: Tensor) => { let n = 1; n += x; return n })", flags: [] },
  { name: "error: target of ++", text: "const f = defn((x: Tensor, s: string[]) => { s++; return x })", flags: ["s", "s"] },
  { name: "error: operand of ?:", text: "const f = defn((x: Tensor, s: string[]) => x > s ? x : 0)", flags: ["s"] },
  { name: "error: unsigned shift", text: "const f = defn((x: Tensor) => x >>> 1)", flags: ["x"] },
  { name: "renamed $d", text: "const $d = 1; const f = defn((x: Tensor) => (x * $d).|sum())", completes: ["sum"], flags: [] },
]
