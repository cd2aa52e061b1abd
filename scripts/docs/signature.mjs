/** @file A declared function as one line of text, and the option types that it takes. */
import { lookUp, lookUpImport } from "./declarations.mjs"

/**
 * The first call signature of a declared name.
 *
 * @returns {{text: string, options: {module: object, node: object}[]}} `text` is `(x: Tensor<D>): Tensor<D>`
 */
export function signatureOf(module, node) {
  const found = callOf(module, node, new Map())
  if (!found) throw new Error(`docs: ${module.file}: no call signature of ${node.id.name}`)
  const { call, names } = found
  const text = (part) => shorten(found.module.text.slice(part.start, part.end), names)
  const parameters = call.params ?? call.parameters
  const result = call.returnType ?? call.typeAnnotation
  return {
    text: `(${parameters.map(text).join(", ")})${text(result).replace(/^\s*=>/, ":")}`,
    options: parameters.flatMap((p) => optionsOf(found, p)),
  }
}

/** Follows names, intersections and `typeof` to something that can be called. */
function callOf(module, node, names) {
  switch (node.type) {
    case "TSDeclareFunction":
    case "TSFunctionType":
    case "TSCallSignatureDeclaration":
      return { module, call: node, names }
    case "VariableDeclarator":
      return callOf(module, node.id.typeAnnotation.typeAnnotation, names)
    case "TSParenthesizedType":
    case "TSTypeAliasDeclaration":
      return callOf(module, node.typeAnnotation, names)
    case "TSIntersectionType":
      return first(node.types, (type) => callOf(module, type, names))
    case "TSInterfaceDeclaration":
      return first(node.body.body, (member) => callOf(module, member, names))
    case "TSTypeQuery":
      return callOfFound(lookUp(module, node.exprName.name), names)
    case "TSImportType":
      return callOfFound(lookUpImport(module, node), names)
    case "TSTypeReference":
      return callOfReference(module, node, names)
    default:
      return undefined
  }
}

const callOfFound = (found, names) => found && callOf(found.module, found.node, names)

/** `FloatReduce<ReduceOptions>`: the parameters of the type stand for its arguments. */
function callOfReference(module, node, names) {
  const found = lookUp(module, node.typeName.name)
  const given = node.typeArguments?.params ?? node.typeParameters?.params ?? []
  const wanted = found?.node.typeParameters?.params ?? []
  const text = (type) => shorten(module.text.slice(type.start, type.end), names)
  const bound = given.map((type, i) => [nameOf(wanted[i]), text(type)])
  return callOfFound(found, new Map([...names, ...bound]))
}

const nameOf = (parameter) => parameter?.name?.name ?? parameter?.name

function first(list, f) {
  for (const item of list) {
    const found = f(item)
    if (found) return found
  }
  return undefined
}

/** The interfaces among the types of a parameter whose name says that they are options. */
function optionsOf({ module, names }, parameter) {
  const text = module.text.slice(parameter.start, parameter.end)
  const words = shorten(text, names).match(/\b\w+Options?\b/g) ?? []
  return words.flatMap((word) => lookUp(module, word) ?? [])
}

/** Every dtype, written out by TypeScript where a type parameter had its default. */
const ALL = /Tensor<"bf16" \| "bool"(?: \| "\w+")*>/g

/** One line; imports, defaults and lists of all dtypes without their noise; type parameters replaced. */
function shorten(text, names) {
  const line = text
    .replace(/\/\*\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/import\("[^"]+"\)\./g, "")
    .replace(ALL, "Tensor")
    .replace(/ \| undefined\b/g, "")
    .replace(/\{ readonly /g, "{ ")
    .replace(/; readonly /g, "; ")
    .replace(/; \}/g, " }")
  return line.replace(/\b\w+\b/g, (word) => names.get(word) ?? word)
}

/**
 * The properties of an option interface, those that it extends first.
 *
 * @returns {{name: string, type: string, comment: string}[]}
 */
export function propertiesOf({ module, node }) {
  const inherited = (node.extends ?? []).flatMap((base) => {
    const found = lookUp(module, base.expression.name)
    return found ? propertiesOf(found) : []
  })
  const members = (node.body?.body ?? []).filter((m) => m.type === "TSPropertySignature")
  return [...inherited, ...members.map((m) => propertyOf(module, m))]
}

function propertyOf(module, member) {
  const type = member.typeAnnotation.typeAnnotation
  return {
    name: member.key.name,
    type: shorten(module.text.slice(type.start, type.end), new Map()),
    comment: member.leadingComments?.at(-1)?.value ?? "",
  }
}
