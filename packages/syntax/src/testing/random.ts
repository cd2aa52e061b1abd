/** @file Random functions of two numbers that end, for fuzzing. The same seed gives the same text. */

/** Numbers in [0, 1): mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** `rich`: constructs too that stay JavaScript, so that tracing may refuse the function. */
export function randomFunction(seed: number, rich: boolean): string {
  return new Writer(generator(seed), rich).function()
}

interface Place {
  /** Names of numbers that may be read; the assignable ones among them. */
  readable: readonly string[]
  writable: readonly string[]
  /** Names of functions without parameters that assign. */
  effects: readonly string[]
  depth: number
  /** In a bare block nothing may leave, else the function is refused. */
  closed?: boolean
  loop?: "while" | "for"
  label?: string
}

class Writer {
  private readonly random: () => number
  private readonly rich: boolean
  private names = 0

  constructor(random: () => number, rich: boolean) {
    this.random = random
    this.rich = rich
  }

  function(): string {
    const place = { readable: ["x", "y"], writable: ["x", "y"], effects: [], depth: 0 }
    return `(x: number, y: number): any => {\n${this.block(place)}\nreturn ${this.result(place, true)}\n}`
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!
  }
  private chance(p: number): boolean {
    return this.random() < p
  }
  private name(): string {
    return `v${this.names++}`
  }

  private result(place: Place, final = false): string {
    const e = () => this.number(place, 1)
    return final || this.chance(0.7) ? `[${e()}, ${e()}]` : `[${e()}, ${e()} * 2]`
  }

  /** A few statements; names declared on the way are visible to the later ones. */
  private block(outer: Place): string {
    const lines: string[] = []
    let place = outer
    const count = 1 + Math.floor(this.random() * (outer.depth > 1 ? 2 : 4))
    for (let i = 0; i < count; i++) {
      const [line, next] = this.chance(0.3)
        ? this.declaration(place, i)
        : [this.statement(place), place]
      lines.push(line)
      place = next
    }
    return lines.join(this.chance(0.5) ? "\n" : " ")
  }

  private declaration(place: Place, index: number): [string, Place] {
    const shadows = index === 0 && place.depth > 0 && place.writable.length > 2
    const name = shadows && this.chance(0.3) ? this.pick(place.readable.slice(0, -1)) : this.name()
    const readable = place.readable.filter((n) => n !== name)
    const writable = place.writable.filter((n) => n !== name)
    const effects = place.effects
    if (this.chance(0.2)) {
      const body = `{ ${this.pick(writable)} ${this.pick(["+=", "-="])} ${this.literal()} }`
      const inc = this.name()
      return [`const ${inc} = () => ${body};`, { ...place, effects: [...effects, inc] }]
    }
    const value = this.number({ ...place, readable }, 2)
    const next = { ...place, readable: [...readable, name], effects: effects }
    if (this.chance(0.5)) return [`const ${name} = ${value};`, { ...next, writable }]
    return [`let ${name} = ${value};`, { ...next, writable: [...writable, name] }]
  }

  private statement(place: Place): string {
    const kinds: (() => string)[] = [() => this.assignment(place), () => this.assignment(place)]
    if (place.effects.length > 0) kinds.push(() => `${this.pick(place.effects)}();`)
    if (place.loop && !place.closed)
      kinds.push(
        () => this.jump(place),
        () => this.jump(place),
      )
    if (place.depth < 3) {
      kinds.push(
        () => this.if(place),
        () => this.if(place),
        () => this.if(place),
      )
      kinds.push(
        () => this.loop(place),
        () => `{ ${this.block({ ...deeper(place), closed: true })} }`,
      )
    }
    if (this.rich && place.depth < 3) kinds.push(() => this.richStatement(place))
    return this.pick(kinds)()
  }

  private assignment(place: Place): string {
    const target = this.pick(place.writable)
    if (this.chance(0.2)) return this.pick([`${target}++;`, `--${target};`])
    if (this.chance(0.1) && place.writable.length > 1) {
      const other = this.pick(place.writable)
      return `;[${target}, ${other}] = [${this.number(place, 1)}, ${this.number(place, 1)}];`
    }
    return `${target} ${this.pick(["=", "+=", "-=", "*="])} ${this.number(place, 2)};`
  }

  private jump(place: Place): string {
    const jumps = ["break;", "continue;", `return ${this.result(place)};`]
    if (this.rich && place.label) jumps.push(`break ${place.label};`, `continue ${place.label};`)
    return `if (${this.condition(place)}) ${this.pick(jumps)}`
  }

  private if(place: Place): string {
    const inner = deeper(place)
    const test = this.condition(place)
    const leave = this.chance(0.25) && !place.closed ? ` return ${this.result(inner)};` : ""
    const then = `{ ${this.block(inner)}${leave} }`
    if (this.chance(0.4)) return `if (${test}) ${then}`
    if (this.chance(0.2)) return `if (${test}) ${then} else ${this.if({ ...inner })}`
    const leaveElse = this.chance(0.15) && !place.closed ? ` return ${this.result(inner)};` : ""
    return `if (${test}) ${then} else { ${this.block(inner)}${leaveElse} }`
  }

  private loop(place: Place): string {
    const i = this.name()
    const label = this.rich && this.chance(0.2) ? this.name() : undefined
    const prefix = label ? `${label}: ` : ""
    const readable = [...place.readable, i]
    const inner: Place = { ...deeper(place), readable, loop: "for", label: label ?? place.label }
    const n = 1 + Math.floor(this.random() * 4)
    switch (this.pick(["for", "for", "outer", "bound", "of", "while", "do"])) {
      case "for":
        return `${prefix}for (let ${i} = 0; ${i} < ${n}; ${i}++) { ${this.block(inner)} }`
      case "outer":
        return `let ${i} = 0; ${prefix}for (; ${i} < ${n}; ${i} += 1) { ${this.block(inner)} }`
      case "bound":
        return `${prefix}for (let ${i} = 0; ${i} < Math.min(${this.number(place, 1)}, 3); ${i}++) { ${this.block(inner)} }`
      case "of":
        return `${prefix}for (const ${i} of [1, ${n}, 2]) { ${this.block(inner)} }`
      case "while":
        return `let ${i} = 0; ${prefix}while (${i} < ${n} && ${this.condition(place)}) { ${i}++; ${this.block(inner)} }`
      default:
        return `let ${i} = 0; ${prefix}do { ${i}++; ${this.block(inner)} } while (${i} < ${n} && ${this.condition(place)});`
    }
  }

  private richStatement(place: Place): string {
    const inner = deeper(place)
    const target = this.pick(place.writable)
    const list = this.name()
    const plainLoop = { ...inner, loop: place.loop }
    switch (this.pick(["switch", "try", "push", "throw", "closure", "ternary", "property"])) {
      case "switch":
        return `switch (${this.pick(place.readable)}) { case 1: { ${this.block(plainLoop)} } break; default: ${this.assignment(inner)} }`
      case "try":
        return `try { ${this.block(plainLoop)} } finally { ${this.assignment(inner)} }`
      case "push":
        return `const ${list}: any[] = []; ${list}.push(${this.number(place, 1)}); ${this.statement(inner)} ${list}.push(1); ${target} += ${list}.length;`
      case "throw":
        return `if (${this.condition(place)}) { ${target} = 1 } else if (${target} === 1e9) throw new Error("never");`
      case "closure":
        return `const ${list}: any[] = []; for (let i = 0; i < 3; i++) { ${list}.push(() => i * ${target}); } ${target} = ${list}[1]() + ${list}[2]();`
      case "ternary":
        return `${this.condition(place)} ? (${target} = 1) : (${target} += 2);`
      default:
        return `const ${list} = { v: 1 }; if (${this.condition(place)}) ${list}.v += ${this.number(place, 1)}; ${target} += ${list}.v;`
    }
  }

  private literal(): string {
    return this.pick(["0", "1", "2", "3", "0.5", "1.5", "-1", "-2.25"])
  }

  private number(place: Place, depth: number): string {
    const next = () => this.number(place, depth - 1)
    if (depth <= 0 || this.chance(0.3)) {
      return this.chance(0.3) ? this.literal() : this.pick(place.readable)
    }
    switch (this.pick(["binary", "binary", "binary", "negate", "math", "if", "call", "index"])) {
      case "negate":
        return `-(${next()})`
      case "math":
        return this.pick([`Math.max(${next()}, ${next()})`, `Math.abs(${next()})`])
      case "if":
        return `(${this.condition(place)} ? ${next()} : ${next()})`
      case "call":
        return `((a: number) => { if (a > ${this.literal()}) return a; return ${next()} })(${next()})`
      case "index":
        return `[${next()}, ${next()}][${this.pick(["0", "1"])}]!`
      default:
        return `(${next()} ${this.pick(["+", "-", "*", "+", "%"])} ${next()})`
    }
  }

  private condition(place: Place, depth = 1): string {
    const a = this.number(place, 1)
    const b = this.number(place, 1)
    if (depth > 0 && this.chance(0.25)) {
      const symbol = this.pick(["&&", "||"])
      return `(${this.condition(place, 0)} ${symbol} ${this.condition(place, 0)})`
    }
    if (this.chance(0.1)) return `!(${a} < ${b})`
    return `(${a}) ${this.pick(["<", ">", "<=", ">=", "===", "!=="])} (${b})`
  }
}

const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 })
