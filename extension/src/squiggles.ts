/** @file Sends the cells of one notebook to the kernel and underlines its findings. Loaded lazily. */
import { type Diagnostic, setDiagnostics } from "@codemirror/lint"
import type { EditorView } from "@codemirror/view"
import type { NotebookPanel } from "@jupyterlab/notebook"
import type { Kernel } from "@jupyterlab/services"
import type { CellEditors } from "./editors.ts"

/** Comm target of the kernel; its messages are described in `kernel/README.md`. */
const TARGET = "defnote.diagnostics"

/** Time without typing after which the cells are checked, in ms. */
const PAUSE = 350

/** A finding as the kernel sends it: offsets in UTF-16 units of the cell's text. */
interface Finding {
  readonly code: string
  readonly message: string
  readonly from: number
  readonly to: number
  readonly severity: "error" | "warning"
}

interface Answer {
  readonly type: "diagnostics" | "executed"
  readonly version?: number
  readonly cells: readonly { readonly id: string; readonly diagnostics: readonly Finding[] }[]
}

/** Checks a notebook until the function that comes back is called. */
export function checkNotebook(
  panel: NotebookPanel,
  kernel: Kernel.IKernelConnection,
  editors: CellEditors,
): () => void {
  const comm = kernel.createComm(TARGET)
  const found = new Map<string, readonly Finding[]>()
  /** Text that each finding is about: an answer that comes late is not drawn over newer text. */
  let asked = new Map<string, string>()
  let version = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const cells = () => codeCells(panel)
  const check = () => {
    if (comm.isDisposed) return
    const now = new Map(cells().map(({ id, code }) => [id, code]))
    if (sameTexts(now, asked)) return
    asked = now
    comm.send({ type: "check", version: ++version, cells: cells() })
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(check, PAUSE)
  }
  const root = panel.content.node
  const draw = (id: string, view: EditorView) => underline(view, found.get(id) ?? [])
  comm.onMsg = ({ content }) => {
    const answer = content.data as unknown as Answer
    if (!Array.isArray(answer.cells)) return
    if (answer.type === "diagnostics" && answer.version !== version) return
    for (const { id, diagnostics } of answer.cells) {
      found.set(id, diagnostics)
      for (const view of editors.of(id, root)) {
        if (view.state.doc.toString() === asked.get(id)) draw(id, view)
      }
    }
  }
  const stopArrivals = editors.onArrival((id, view) => {
    if (root.contains(view.dom) && found.has(id)) draw(id, view)
  })
  panel.content.model?.contentChanged.connect(later)
  comm.open({})
  check()
  return () => {
    clearTimeout(timer)
    stopArrivals()
    panel.content.model?.contentChanged.disconnect(later)
    for (const id of found.keys()) for (const view of editors.of(id, root)) underline(view, [])
    // A kernel that restarts has disposed its comms itself.
    const open = !comm.isDisposed && !kernel.isDisposed
    if (open && kernel.connectionStatus === "connected") comm.close()
    comm.dispose()
  }
}

function codeCells(panel: NotebookPanel): { id: string; code: string }[] {
  const list = panel.content.model?.sharedModel.cells ?? []
  return list
    .filter((cell) => cell.cell_type === "code")
    .map((cell) => ({ id: cell.getId(), code: cell.getSource() }))
}

function sameTexts(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([id, text]) => b.get(id) === text)
}

/** Replaces the squiggles of an editor; ranges outside its text are left out. */
function underline(view: EditorView, findings: readonly Finding[]): void {
  const end = view.state.doc.length
  const list = findings
    .filter(({ from, to }) => from >= 0 && to >= from && to <= end)
    .map(
      ({ code, message, from, to, severity }): Diagnostic => ({
        from,
        to: Math.max(to, Math.min(end, from + 1)),
        severity: severity === "error" ? "error" : "warning",
        source: code,
        message,
      }),
    )
  view.dispatch(setDiagnostics(view.state, list))
}
