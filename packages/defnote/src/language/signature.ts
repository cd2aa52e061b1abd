/** @file Signature help as markdown, the active parameter in bold. */

interface Documentation {
  value: string
}

interface Signature {
  label: string
  documentation?: string | Documentation
  parameters?: { label: string | [number, number]; documentation?: string | Documentation }[]
}

/** The answer of the server. */
export interface SignatureHelp {
  signatures: Signature[]
  activeSignature?: number
  activeParameter?: number
}

/** The active signature with its documentation and that of the active parameter. */
export function signatureText(help: SignatureHelp): string {
  const signature = help.signatures[help.activeSignature ?? 0]
  if (!signature) return ""
  const parameter = signature.parameters?.[help.activeParameter ?? 0]
  const about = text(parameter?.documentation)
  return [
    `\`\`\`typescript\n${signature.label}\n\`\`\``,
    parameter && about ? `**${parameterName(signature, parameter.label)}**: ${about}` : "",
    text(signature.documentation),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
}

function parameterName({ label }: Signature, range: string | [number, number]): string {
  return typeof range === "string" ? range : label.slice(range[0], range[1])
}

function text(documentation: string | Documentation | undefined): string {
  return typeof documentation === "string" ? documentation : (documentation?.value ?? "")
}
