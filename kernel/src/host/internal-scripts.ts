/** @file Which scripts are hidden from tracebacks: Node's, the kernel's own, the library's. Knows no traceback. */

/** In a clone, notebooks use the library of the workspace, which is not among the kernel's files. */
const LIBRARY = /\/defnote\/dist\//u

/**
 * Whether lines of a script are left out.
 *
 * @param own URL of the kernel's folder
 */
export function isInternalScript(url: string, own: string): boolean {
  return (
    url.startsWith("node:") || url.startsWith(own) || url === "<anonymous>" || LIBRARY.test(url)
  )
}
