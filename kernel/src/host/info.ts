/** @file What the kernel says about itself. */
import { type Content, PROTOCOL_VERSION } from "../wire/message.ts"

/** The content of a `kernel_info_reply`. */
export function kernelInfo(version: string): Content {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "defnote",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: "7.0.2",
      mimetype: "text/x-typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `defnote ${version}: TypeScript with tensors`,
    debugger: false,
    supported_features: ["kernel subshells"],
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
  }
}
