/** Lays out tables within the width of a terminal. */

import { printable } from '@shoal/daemon/printable'
import { pad, shorten, widthOf } from '../../base/width.ts'
import type { TerminalStyle } from '../output.ts'

export interface Column<Row> {
  readonly title: string
  text(row: Row): string
  readonly align?: 'left' | 'right'
  /**
   * If the terminal is narrow, columns of the highest rank are left out first; those of rank 0
   * (default) stay.
   */
  readonly rank?: number
  /** The column shrinks to this width before other columns are left out. */
  readonly least?: number
  /** SGR color of a cell. */
  color?(row: Row): number | null
  /** Draws the cell instead of `text`, as wide as the rest of the line allows, up to `most`. */
  readonly bar?: { readonly least: number; readonly most: number; draw(row: Row, columns: number): string }
}

export interface TableStyle extends TerminalStyle {
  /** Maximum width; null for no limit. */
  readonly columns: number | null
}

const GAP = 2
/** Width of a column of names where lines have no limit. */
const PIPED_COLUMNS = 48

/** Returns the titles, then a line per row, none wider than `style.columns`. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: TableStyle,
): string[] {
  const cells = columns.map(column => ({
    column: { ...column, title: printable(column.title, style) },
    texts: rows.map(row => printable(column.text(row), style)),
  }))
  const laid = layOut(
    cells.map(({ column, texts }) => ({
      column,
      texts,
      width: Math.max(widthOf(column.title), ...widest(texts), column.bar?.least ?? 0),
    })),
    style.columns,
  )
  // In a file or a pipe nothing is truncated, and one long name does not widen all lines.
  const cut = style.columns !== null
  const line = (cell: (at: number) => string) =>
    laid
      .map((_, at) => cell(at))
      .join(' '.repeat(GAP))
      .trimEnd()
  const head = line(at => fit(laid[at]!.column.title, laid[at]!, style, cut))
  const body = rows.map((row, index) =>
    line(at => {
      const { column, texts, width } = laid[at]!
      const text = column.bar ? column.bar.draw(row, width) : fit(texts[index]!, laid[at]!, style, cut)
      const color = style.color ? (column.color?.(row) ?? null) : null
      return color === null ? text : `\u001b[${color}m${text}\u001b[0m`
    }),
  )
  return [style.color ? `\u001b[1m${head}\u001b[0m` : head, ...body]
}

interface Laid<Row> {
  readonly column: Column<Row>
  readonly texts: readonly string[]
  readonly width: number
}

function layOut<Row>(all: readonly Laid<Row>[], room: number | null): Laid<Row>[] {
  if (room === null)
    return all.map(each =>
      each.column.least === undefined ? each : { ...each, width: Math.min(each.width, PIPED_COLUMNS) },
    )
  const needed = (laid: readonly Laid<Row>[]) =>
    laid.reduce((sum, { width, column }) => sum + Math.min(width, column.least ?? width), 0) +
    GAP * Math.max(0, laid.length - 1)
  let laid = [...all]
  while (needed(laid) > room) {
    const worst = Math.max(...laid.map(({ column }) => column.rank ?? 0))
    if (worst === 0) break
    laid = laid.filter(({ column }) => (column.rank ?? 0) < worst)
  }
  return spread(laid, room)
}

/** Shrinks columns until they fit, or gives the remaining width to a bar. */
function spread<Row>(laid: readonly Laid<Row>[], room: number): Laid<Row>[] {
  const gaps = GAP * Math.max(0, laid.length - 1)
  let over = laid.reduce((sum, { width }) => sum + width, gaps) - room
  return laid.map(each => {
    const { column, width } = each
    if (over > 0) {
      // On a terminal too narrow for any table, one column is kept.
      const given = Math.min(over, width - Math.min(width, column.least ?? width))
      over -= given
      return { ...each, width: width - given }
    }
    if (!column.bar || over === 0) return each
    const taken = Math.min(-over, column.bar.most - width)
    over += taken
    return { ...each, width: width + taken }
  })
}

function fit<Row>(text: string, { column, width }: Laid<Row>, style: TerminalStyle, cut: boolean): string {
  const short = cut ? shorten(text, width, style) : text
  return column.align === 'right'
    ? ' '.repeat(Math.max(0, width - widthOf(short))) + short
    : pad(short, width)
}

/** Not with a single call of Math.max, because there can be a hundred thousand. */
function widest(texts: readonly string[]): [number] {
  return [texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)]
}
