/** @file The API of tslab 1.0.22, which this kernel provides so that its notebooks run unchanged. */

/** Versions of tslab, TypeScript and Node. */
export declare const versions: { tslab: string; typescript: string; node: string }

/** Shows rich content. */
export interface Display {
  javascript(text: string): void
  html(text: string): void
  markdown(text: string): void
  latex(text: string): void
  svg(text: string): void
  png(bytes: Uint8Array): void
  jpeg(bytes: Uint8Array): void
  gif(bytes: Uint8Array): void
  pdf(bytes: Uint8Array): void
  text(text: string): void
  /** Shows data of any MIME type; bytes are sent as base64. */
  raw(contentType: string, data: string | Uint8Array): void
}

/** A display that shows and overwrites a single output. */
export declare function newDisplay(): Display

/** Shows rich contents. */
export declare const display: Display
