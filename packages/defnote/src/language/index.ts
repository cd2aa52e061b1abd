/** @file `defnote/language`: cells checked and completed, for the kernel and for `defnote check` (D7.3, D5.6). */
export type {
  CellDiagnostic,
  CompletionItem,
  CompletionList,
  DraftCell,
  Language,
  Span,
} from "./ports.ts"
export { findServer } from "./server.ts"
export { type LanguageOptions, LanguageService } from "./service.ts"
