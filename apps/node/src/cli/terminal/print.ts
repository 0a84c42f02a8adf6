/** Results of commands: tables and facts, or JSON. */

import { printable } from '@shoal/daemon/printable'
import { widthOf } from '../../base/width.ts'
import type { Output } from '../output.ts'
import { type Column, tableLines } from './table.ts'

const LEAST_COLUMNS = 20

/** Prints rows as a table, or the text `empty` if there are none. */
export function printTable<Row>(
  output: Output,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty: string,
): void {
  const { terminal } = output
  if (rows.length === 0) return output.line(empty)
  if (!terminal) {
    const style = { unicode: true, color: false, columns: null }
    for (const line of tableLines(rows, columns, style)) output.line(line)
    return
  }
  const { unicode, color } = terminal
  const style = { unicode, color, columns: Math.max(LEAST_COLUMNS, terminal.columns - 1) }
  // Not with `line`, which would remove the colors. The cells are already printable.
  for (const line of tableLines(rows, columns, style)) terminal.write(`${line}\n`)
}

/** Prints facts as `Name:  value`, aligned; facts that are null are left out. */
export function printFacts(output: Output, facts: readonly (readonly [string, string | null])[]): void {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null)
  const width = Math.max(0, ...known.map(([name]) => widthOf(name)))
  for (const [name, text] of known)
    output.line(`${`${name}:`.padEnd(width + 1)} ${printable(text, output.terminal ?? {})}`)
}
