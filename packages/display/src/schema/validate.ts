/**
 * @file A validator for the part of JSON Schema (2020-12) that our schemas use, with limits on depth and size
 * for data that nobody has checked. It knows no payload.
 */

/** The keywords that are understood; unknown object keys are allowed, as minors may add fields (D8.3). */
export interface Schema {
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
  readonly description?: string
  readonly $defs?: { readonly [name: string]: Schema }
  readonly $ref?: string
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | "null"
  readonly properties?: { readonly [name: string]: Schema }
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly (string | number)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
}

const FORBIDDEN = "__proto__"
const MAX_DEPTH = 64
/** Values in one payload, counting every number and string. */
const MAX_VALUES = 4_000_000
/** Characters in one payload. */
const MAX_CHARACTERS = 32_000_000

/**
 * Whether JSON is plain data of sane size: no `__proto__` key, not too deep, not too large.
 * Returns what is wrong, or undefined.
 */
export function checkPlain(json: unknown): string | undefined {
  const stack: [value: unknown, depth: number][] = [[json, 0]]
  let values = 0
  let characters = 0
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [value, depth] = top
    if (++values > MAX_VALUES) return `more than ${MAX_VALUES} values`
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`
    if (typeof value === "string") {
      characters += value.length
      if (characters > MAX_CHARACTERS) return `more than ${MAX_CHARACTERS} characters`
    } else if (Array.isArray(value)) {
      for (const item of value) stack.push([item, depth + 1])
    } else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) {
        if (key === FORBIDDEN) return `the key ${FORBIDDEN}`
        stack.push([(value as Record<string, unknown>)[key], depth + 1])
      }
    }
  }
  return undefined
}

/** Checks a value against a schema. Returns the first problem as `path: what; what is allowed`. */
export function validate(
  value: unknown,
  schema: Schema,
  root: Schema = schema,
  path = "$",
): string | undefined {
  if (schema.$ref) return validate(value, refer(schema.$ref, root), root, path)
  if (schema.anyOf) {
    const problems = schema.anyOf.map((choice) => validate(value, choice, root, path))
    return problems.includes(undefined) ? undefined : problems[0]
  }
  if (schema.enum && !schema.enum.includes(value as string)) {
    return `${path}: ${brief(value)}; allowed are ${schema.enum.join(", ")}`
  }
  if (schema.type && !hasType(value, schema.type))
    return `${path}: ${brief(value)}; must be ${schema.type}`
  if (typeof value === "number") return numberProblem(value, schema, path)
  if (typeof value === "string") {
    const longest = schema.maxLength ?? Infinity
    return value.length > longest
      ? `${path}: ${value.length} characters; at most ${longest}`
      : undefined
  }
  if (Array.isArray(value)) return arrayProblem(value, schema, root, path)
  if (typeof value === "object" && value !== null) return objectProblem(value, schema, root, path)
  return undefined
}

function refer(reference: string, root: Schema): Schema {
  const name = reference.replace("#/$defs/", "")
  const found = root.$defs?.[name]
  if (!found) throw new Error(`internal: schema has no ${reference}`)
  return found
}

function hasType(value: unknown, type: NonNullable<Schema["type"]>): boolean {
  if (type === "integer") return Number.isInteger(value)
  if (type === "array") return Array.isArray(value)
  if (type === "null") return value === null
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value)
  return typeof value === type
}

function numberProblem(value: number, schema: Schema, path: string): string | undefined {
  const low = schema.minimum ?? -Infinity
  const high = schema.maximum ?? Infinity
  return value < low || value > high ? `${path}: ${value}; must be ${low} to ${high}` : undefined
}

function arrayProblem(
  value: readonly unknown[],
  schema: Schema,
  root: Schema,
  path: string,
): string | undefined {
  const low = schema.minItems ?? 0
  const high = schema.maxItems ?? Infinity
  if (value.length < low || value.length > high)
    return `${path}: ${value.length} items; must be ${low} to ${high}`
  for (let i = 0; i < value.length; i++) {
    const item = schema.prefixItems?.[i] ?? schema.items
    const problem = item && validate(value[i], item, root, `${path}[${i}]`)
    if (problem) return problem
  }
  return undefined
}

function objectProblem(
  value: object,
  schema: Schema,
  root: Schema,
  path: string,
): string | undefined {
  const record = value as Record<string, unknown>
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(record, key)) return `${path}: no "${key}"; it is required`
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(record, key) || record[key] === undefined) continue
    const problem = validate(record[key], inner, root, `${path}.${key}`)
    if (problem) return problem
  }
  return undefined
}

function brief(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? "an array"
        : String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
