/** @file A table of data: columns with type, range and what is missing; sorted by a click, paged by the kernel. */
import type { TableColumn, TableDoc, TableOrder } from "@defnote/display"
import { button, element, Lifetime } from "./dom.ts"
import {
  isComplete,
  nextOrder,
  type Page,
  pageOf,
  type RowSource,
  sortedPage,
  storedPage,
} from "./table-rows.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of a table view. */
export interface TableViewOptions extends ViewOptions {
  /** Who has the rows that the payload lacks. */
  readonly rows?: RowSource
  /** The reader chose an order: to be kept with the notebook. */
  readonly onView?: (view: SavedTableView) => void
}

/** The order that a reader chose. */
export interface SavedTableView {
  readonly order?: TableOrder
}

/** Columns whose texts stand at the right. */
const RIGHT = /^(number|integer|text number|date)$/

/** Shows `table` payloads. */
export class TableView implements View<TableDoc> {
  readonly #translate: Translate
  readonly #source: RowSource | undefined
  readonly #onView: TableViewOptions["onView"]
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-data")
  readonly #bar = element("div", "dn-bar")
  readonly #state = element("div", "dn-strip dn-table-state", { role: "status" })
  readonly #box = element("div", "dn-data-box", { tabindex: 0 })
  #doc: TableDoc | null = null
  #order: TableOrder | undefined
  /** The order that was asked for last, until its answer is there: a second click goes on from it. */
  #wanted: TableOrder | undefined
  #page: Page = { from: 0, rows: [], values: [] }
  /** Rises with every question: an answer that comes late is not shown. */
  #turn = 0

  constructor(host: HTMLElement, options: TableViewOptions = {}) {
    this.#translate = options.translate ?? english
    this.#source = options.rows
    this.#onView = options.onView
    this.#root.append(this.#bar, this.#state, this.#box)
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
  }

  /** @param saved a view that was kept with the notebook */
  setDocument(doc: TableDoc, saved?: unknown): void {
    this.#doc = doc
    this.#order = doc.order
    this.#wanted = doc.order
    this.#page = storedPage(doc)
    this.#turn++
    this.#say("")
    const order = savedOrder(saved, doc)
    if (order && isComplete(doc)) {
      this.#order = order
      this.#wanted = order
      this.#page = sortedPage(doc, order)
    }
    this.#build()
  }

  resize(): void {}

  dispose(): void {
    this.#turn++
    this.#life.end()
  }

  /** Rows of one page. */
  get #size(): number {
    return this.#doc?.rows.length ?? 0
  }

  #build(): void {
    const doc = this.#doc
    if (!doc) return
    this.#bar.replaceChildren(...this.#barOf(doc))
    const head = element("thead", "", {}, ...this.#headOf(doc))
    const { rows, values } = this.#page
    const body = element("tbody")
    rows.forEach((row, i) => {
      const cells = values.map((column, k) => this.#cell(doc.columns[k], column[i]))
      body.append(element("tr", "", {}, rowHeader(exact(row)), ...cells))
    })
    const label = doc.title ?? this.#translate("table")
    const table = element("table", "dn-data-table", { "aria-label": label }, head, body)
    table.setAttribute("aria-rowcount", String(doc.count))
    this.#box.replaceChildren(table)
  }

  #barOf(doc: TableDoc): HTMLElement[] {
    const columns = doc.columns.length + doc.hidden
    const size = this.#translate("%1 rows × %2 columns", exact(doc.count), columns)
    const narrow = doc.hidden ? this.#translate("%1 columns shown", doc.columns.length) : ""
    const missing = doc.columns.reduce((sum, column) => sum + column.missing, 0)
    const about = [
      doc.title ? size : "",
      narrow,
      missing ? this.#translate("∅ %1 missing", exact(missing)) : "",
    ]
    const bar = [
      element("strong", "dn-title", {}, doc.title || size),
      element("span", "dn-mute", {}, about.filter(Boolean).join("  ")),
      element("span", "dn-fill"),
    ]
    return isComplete(doc) || !this.#size ? bar : [...bar, ...this.#pager(doc)]
  }

  #pager(doc: TableDoc): HTMLElement[] {
    const { from, rows } = this.#page
    const last = Math.floor((doc.count - 1) / this.#size) * this.#size
    const step = (text: string, title: string, to: number, off: boolean) => {
      const node = button(text, title, () => void this.#go(to, this.#order), "dn-square")
      node.disabled = off
      return node
    }
    const t = this.#translate
    const place = t("%1 to %2", exact(from), exact(from + rows.length - 1))
    return [
      element("span", "dn-number dn-mute", {}, place),
      step("«", t("First rows"), 0, from === 0),
      step("‹", t("Rows before"), Math.max(0, from - this.#size), from === 0),
      step("›", t("Rows after"), from + this.#size, from >= last),
      step("»", t("Last rows"), last, from >= last),
    ]
  }

  #headOf(doc: TableDoc): HTMLElement[] {
    const names = doc.columns.map((column) => this.#nameOf(column))
    const line = (text: (column: TableColumn) => string) =>
      doc.columns.map((column) =>
        element(
          "td",
          `dn-mute ${sideOf(column)}`,
          { title: text(column) || undefined },
          text(column),
        ),
      )
    const types = line(({ type }) => type)
    const about = line(({ about }) => about)
    const rows = [
      element("tr", "", {}, element("td"), ...names),
      element("tr", "", {}, rowHeader(this.#translate("type")), ...types),
      element("tr", "", {}, rowHeader(this.#translate("range")), ...about),
    ]
    if (doc.columns.every(({ missing }) => missing === 0)) return rows
    const missing = line(({ missing }) => (missing ? `${exact(missing)} ∅` : ""))
    return [...rows, element("tr", "", {}, rowHeader(this.#translate("missing")), ...missing)]
  }

  /** The name of a column, with its arrow; a button where the rows can be sorted by it. */
  #nameOf(column: TableColumn): HTMLElement {
    const order = this.#order?.column === column.name ? this.#order : undefined
    const sort = order ? (order.descending ? "descending" : "ascending") : "none"
    const cell = element("th", sideOf(column), { scope: "col", "aria-sort": sort })
    const arrow = order ? (order.descending ? " ▼" : " ▲") : ""
    const title = this.#translate("Sort by %1", column.name)
    const node = button(column.name + arrow, title, () => void this.#sort(column.name), "dn-plain")
    node.dataset.column = column.name
    cell.append(node)
    return cell
  }

  #cell(column: TableColumn, text: string | null): HTMLElement {
    const side = sideOf(column)
    if (text !== null) return element("td", side, { title: text }, text)
    const missing = this.#translate("missing")
    return element("td", `${side} dn-missing`, { title: missing, "aria-label": missing }, "∅")
  }

  async #sort(column: string): Promise<void> {
    const doc = this.#doc
    if (!doc) return
    const order = nextOrder(this.#wanted, column) ?? doc.order
    if (isComplete(doc)) {
      this.#show(
        order === doc.order ? storedPage(doc) : sortedPage(doc, order as TableOrder),
        order,
      )
      this.#onView?.(order && order !== doc.order ? { order } : {})
    } else await this.#go(0, order)
    for (const node of this.#box.querySelectorAll<HTMLElement>("button[data-column]"))
      if (node.dataset.column === column) node.focus({ preventScroll: true })
  }

  /** Another page or order, from the kernel; the first as it came is stored. */
  async #go(from: number, order: TableOrder | undefined): Promise<void> {
    const doc = this.#doc
    if (!doc) return
    const turn = ++this.#turn
    this.#wanted = order
    if (from === 0 && order === doc.order) {
      this.#say("")
      return this.#show(storedPage(doc), order)
    }
    const id = doc.live?.id
    const question = { id: id ?? "", from, count: this.#size, ...(order ? { order } : {}) }
    if (id !== undefined) this.#say(this.#translate("Waiting for the kernel …"))
    const reply = id === undefined ? null : ((await this.#source?.ask(question)) ?? null)
    if (turn !== this.#turn) return
    const page = reply ? pageOf(reply, doc, from, this.#size) : undefined
    if (page) {
      this.#say("")
      return this.#show(page, order)
    }
    this.#wanted = this.#order
    const gone = !reply || !("problem" in reply)
    this.#say(
      gone
        ? this.#translate("Saved view. Other rows and orders need the kernel.")
        : this.#translate("The kernel no longer keeps this table. Run the cell again."),
    )
  }

  #show(page: Page, order: TableOrder | undefined): void {
    this.#page = page
    this.#order = order
    this.#wanted = order
    this.#build()
    this.#box.scrollTop = 0
  }

  #say(text: string): void {
    this.#state.textContent = text
  }
}

/** Rows are counted and found by their number: all digits. */
const exact = (n: number): string => n.toLocaleString("en-US")

const rowHeader = (text: string) => element("th", "dn-mute", { scope: "row" }, text)

const sideOf = ({ type }: TableColumn) => (RIGHT.test(type) ? "dn-right" : "")

/** The saved order, when it is one of a column that is there. */
function savedOrder(saved: unknown, doc: TableDoc): TableOrder | undefined {
  const order = (saved as { order?: { column?: unknown; descending?: unknown } } | null)?.order
  const column = doc.columns.find(({ name }) => name === order?.column)?.name
  return column === undefined ? undefined : { column, descending: order?.descending === true }
}
