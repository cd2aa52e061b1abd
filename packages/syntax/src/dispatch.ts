/** @file The contract between rewritten text and the runtime: what `$d` and `$lib` must offer. No behaviour. */

/**
 * The number of the contract below. Runtime text passes it to `$lib.module`; text of another number must be
 * refused ("run the cell again").
 */
export const DISPATCH_ABI = 1

/** The value that `x.f(...$d.site(7))` spreads: always empty, frozen, the same array. */
export type NoArguments = readonly []

/** Reads or replaces the variables that a branch or a loop assigns. The order is fixed by the rewriter. */
export type GetState = () => readonly unknown[]
/** Writes the state back; gets a list as long as the one that `GetState` gave. */
export type SetState = (state: readonly unknown[]) => void

/** `lib.module(...)` on line 1 of the runtime text gives the `$d` of one module. */
export interface RuntimeLibrary {
  /**
   * @param name  the module, such as `cell_3` or a file path
   * @param sites source offsets `[from, to, from, to, ...]`; site id `n` is `sites[2 * n]`, `sites[2 * n + 1]`
   * @param abi   {@link DISPATCH_ABI} of the rewriter
   */
  module(name: string, sites: readonly number[], abi: number): RuntimeDispatch
}

/** `a` and `b` are any JavaScript values; plain ones get JavaScript's own operator (bigint and string too). */
export type BinaryDispatch = (a: unknown, b: unknown, site: number) => unknown
/** As {@link BinaryDispatch}, with one operand. */
export type UnaryDispatch = (a: unknown, site: number) => unknown

/**
 * A native loop for plain conditions, a graph loop for tensors.
 *
 * Every turn reads `stop` (omitted or `undefined`: never stops) and `test`:
 * - both plain: a native turn, exactly JavaScript's;
 * - a tensor test, or a tensor `stop` in `while` and `do`: a graph loop from the current state;
 * - a plain test and a tensor `stop` in `for`: the turn runs under the guard `not(stop)`, unrolled.
 *
 * `do` runs its first turn without reading either: in an inner loop `stop` may be a tensor at once (a `return` of the
 * loop around), which must not skip that turn. The state of a graph loop is any tree of arrays and plain objects.
 *
 * @param test   the condition
 * @param body   one turn; receives what `each` returns
 * @param get    reads the state that `body`, `update` and `test` assign; `undefined` when there is none
 * @param set    writes it
 * @param stop   true (or a true tensor) after `break` or `return`
 * @param update the third part of a `for`; runs after a turn that did not stop
 * @param each   loop variables that closures in the body capture; a fresh copy per turn is passed to `body`
 */
export type LoopDispatch = (
  site: number,
  test: () => unknown,
  body: (...each: never[]) => void,
  get: GetState | undefined,
  set: SetState | undefined,
  stop?: () => unknown,
  update?: () => unknown,
  each?: () => readonly unknown[],
) => void

/**
 * Every function that runtime text may call. `site` is an index into the module's sites; `-1` is text that the
 * rewriter added and that belongs to no expression.
 */
export interface RuntimeDispatch {
  /** `+`: JavaScript's for plain values (numbers, bigints, strings), a node when either side is a tensor. */
  add: BinaryDispatch
  /** `-` */
  subtract: BinaryDispatch
  /** `*` */
  multiply: BinaryDispatch
  /** `/` */
  divide: BinaryDispatch
  /** `%`, truncated as in JavaScript. */
  remainder: BinaryDispatch
  /** `**` */
  power: BinaryDispatch
  /** `<` */
  less: BinaryDispatch
  /** `<=` */
  lessEqual: BinaryDispatch
  /** `>` */
  greater: BinaryDispatch
  /** `>=` */
  greaterEqual: BinaryDispatch
  /** `===`. Not called when an operand is written as null, undefined, a boolean, a string or `typeof`. */
  equal: BinaryDispatch
  /** `!==`, as {@link RuntimeDispatch.equal}. */
  notEqual: BinaryDispatch
  /** `==`: loose for plain values, as `equal` for tensors. */
  looseEqual: BinaryDispatch
  /** `!=`: loose for plain values, as `notEqual` for tensors. */
  looseNotEqual: BinaryDispatch
  /** `&` */
  bitwiseAnd: BinaryDispatch
  /** `|` */
  bitwiseOr: BinaryDispatch
  /** `^` */
  bitwiseXor: BinaryDispatch
  /** `<<` */
  leftShift: BinaryDispatch
  /** `>>` */
  rightShift: BinaryDispatch
  /** `-a` */
  negate: UnaryDispatch
  /** `~a` */
  bitwiseNot: UnaryDispatch
  /** `!a` */
  not: UnaryDispatch
  /** The new value of `a++` and `++a` (number, bigint or tensor). */
  increment: UnaryDispatch
  /** The new value of `a--` and `--a`. */
  decrement: UnaryDispatch
  /**
   * The value of `a++` as an expression: `$d.first($d.numeric(a), a = $d.increment(a, 3))`. Returns `old`.
   */
  first<T>(old: T, next: unknown): T
  /** The old value of `a++`: a tensor or bigint as it is, anything else converted with `Number`. */
  numeric(value: unknown): unknown

  /** `a && b`. Plain `a`: JavaScript's; a tensor: element-wise, `b` is evaluated once. */
  and(a: unknown, b: () => unknown, site: number): unknown
  /** `a || b`, as {@link RuntimeDispatch.and}. */
  or(a: unknown, b: () => unknown, site: number): unknown
  /** True where no flag is: `!(f || g || ...)`, over booleans and scalar tensors. */
  none(...flags: unknown[]): unknown
  /**
   * `0 < x <= 1` with `operators` `["less", "lessEqual"]` and `values` `[0, x, 1]`: the conjunction of the
   * comparisons of neighbours. All values are already evaluated.
   */
  chain(
    operators: readonly ("less" | "lessEqual" | "greater" | "greaterEqual")[],
    values: readonly unknown[],
    site: number,
  ): unknown

  /**
   * An `if` that falls through. Plain: runs one branch. Tensor (a scalar, else an error at the condition): runs
   * both from the same state and merges the two states: same -> same, `undefined` -> the other, arrays and
   * objects recurse, else a conditional node.
   */
  if(
    condition: unknown,
    site: number,
    then: () => void,
    otherwise: () => void,
    get?: GetState,
    set?: SetState,
  ): void
  /**
   * `c ? a : b`, and `if` with `return` (the rest of the block is then part of the branches). Plain: one
   * branch. A scalar tensor: a conditional over results and state. A tensor of higher rank: element-wise; only
   * a `?:` may be that: `get` and `set` are given for an `if` (always, with an empty state too).
   */
  cond(
    condition: unknown,
    site: number,
    then: () => unknown,
    otherwise: () => unknown,
    get?: GetState,
    set?: SetState,
  ): unknown
  while: LoopDispatch
  do: LoopDispatch
  for: LoopDispatch
  /** `for (;;)`: as `for`, but nothing bounds its unrolling, so a tensor `stop` makes it a graph loop. */
  forever: LoopDispatch
  /**
   * `for (const pattern of iterable)`. A tensor: over axis 0, as a scan, or unrolled when carried shapes change.
   * Anything else: native turns, with a guard `not(stop)` once `stop` is a tensor.
   */
  forOf(
    site: number,
    iterable: unknown,
    body: (item: never) => void,
    get: GetState | undefined,
    set: SetState | undefined,
    stop?: () => unknown,
  ): void
  /** What a loop that stays JavaScript iterates: the slices of a tensor along axis 0, else `iterable` itself. */
  rows(iterable: unknown, site: number): unknown

  /**
   * Returns `value`; throws the diagnostic `code` (see `DIAGNOSTICS`) at `site` when it is a tensor. Everything
   * that cannot be lowered stands behind it.
   */
  plain<T>(value: T, code: string, site: number): T

  /**
   * `x[i]` and `x[i, j]`: `at(x, i, site)`, `at(x, i, j, site)`; the last argument is always the site. A tensor:
   * a slice. One key of anything else: JavaScript's property. Several keys of anything else: throws D109.
   */
  at(target: unknown, ...keysThenSite: [...keys: unknown[], site: number]): unknown
  /** `x?.[i]` (and `[i]` later in an optional chain): `undefined` when `target` is nullish, else as `at`. */
  maybeAt(target: unknown, key: () => unknown, site: number): unknown
  /** `target[key] = value`; throws D108 for a tensor. Returns `value`. */
  setAt<T>(target: unknown, key: unknown, value: T, site: number): T
  /** `delete target[key]`; throws D108 for a tensor. */
  deleteAt(target: unknown, key: unknown, site: number): boolean
  /**
   * `target[key] op= ...` with target and key evaluated once: writes `change(target[key])`; throws D108 for a
   * tensor. Returns the new value, or with `wantsOld` the one before (`f().n++`), through `numeric`.
   */
  modify(
    target: unknown,
    key: unknown,
    change: (old: unknown) => unknown,
    site: number,
    wantsOld?: boolean,
  ): unknown

  /** Marks the call that follows: sets the site register. `x.f(w, ...$d.site(7))`. */
  site(site: number): NoArguments
  /** Every member of the global `Math`; its functions build nodes when an argument is a tensor. */
  readonly Math: Readonly<Record<string, (...numbers: unknown[]) => unknown>>

  /**
   * Registers a rewritten function (WeakMap) and returns it. Wrapped around the function literal that is passed
   * to `defn`, and around or after every function with the directive "use defn".
   *
   * @param captures the values now of the free names of the function that are not JavaScript globals; may throw
   *                 a ReferenceError when one of them does not exist or is not initialised yet
   * @param range    source offsets of the function literal
   * @param name     the variable or property it initialises, when there is one
   */
  fn<F extends (...values: never[]) => unknown>(
    f: F,
    captures: () => Record<string, unknown>,
    range: readonly [from: number, to: number],
    name?: string,
  ): F
}

/**
 * The members of `$d` that the types text may use, to be declared (never implemented) by the types of
 * `defnote/lang`. The operators take no site there. Generic over both operands, not overloaded, so that a wrong
 * operand is reported at the operand. `select(c, v)`: the type of `c ? a : b` whose branches have type `V`.
 * `chain(operators, values)`, `at(target, ...keys)`, `first(old, next)`, and the object `Math`.
 */
export const TYPES_DISPATCH_FUNCTIONS = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "remainder",
  "power",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "equal",
  "notEqual",
  "bitwiseAnd",
  "bitwiseOr",
  "bitwiseXor",
  "leftShift",
  "rightShift",
  "negate",
  "bitwiseNot",
  "increment",
  "decrement",
  "first",
  "chain",
  "select",
  "at",
  "Math",
] as const
