/**
 * Compares the table "What each party learns" of docs/chat.md with the evidence in captures and
 * dumps for each of its cells.
 */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

const PAGE = new URL('../../docs/chat.md', import.meta.url)

const PARTIES = ['hub', 'members', 'others', 'watchers'] as const
export type Party = (typeof PARTIES)[number]

/** The rows, by the start of their first cell. */
const ROWS = [
  'texts, reactions',
  'names and rules of groups',
  'who is a member',
  'who wrote an entry',
  'whom a member adds',
  'accounts and their devices',
  'how many entries',
  'typing, presence',
  'network addresses',
] as const
type Row = (typeof ROWS)[number]

/** For each needle, whether it was found. */
export type Found = Readonly<Record<string, boolean>>

/** A cell. `says`: its text. `present` must all be found in the party's data, `absent` must not. */
interface Cell<Sight> {
  readonly says: string
  present?(sight: Sight): Found
  absent?(sight: Sight): Found
}

export type Column<Sight> = Readonly<Record<Row, Cell<Sight>>>

/** Returns the texts of the table, by row and party. Throws if it has other rows or columns. */
function readTable(): ReadonlyMap<string, Readonly<Record<Party, string>>> {
  const [, section] = readFileSync(PAGE, 'utf8').split('\n## What each party learns\n')
  // Other tables follow.
  const [table] = /(?:\|.*\n)+/.exec(section!)!
  const lines = table.trim().split('\n')
  const rows = lines.slice(2).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(text => text.trim()),
  )
  return new Map(
    rows.map(([name, ...texts]) => {
      const row = ROWS.find(each => name!.startsWith(each))
      if (!row || texts.length !== PARTIES.length) throw new Error(`the row "${name}" has no assertions`)
      return [
        row,
        Object.fromEntries(PARTIES.map((party, at) => [party, texts[at]!])) as Record<Party, string>,
      ]
    }),
  )
}

/**
 * Compares a column with the table: "no" must be proved by absent needles, "yes" by present ones.
 */
export function checkTexts(party: Party, column: Column<never>): void {
  const table = readTable()
  expect([...table.keys()].toSorted()).toEqual([...ROWS].toSorted())
  for (const [row, { says, present, absent }] of Object.entries(column)) {
    const name = `${row}: ${party}`
    expect([name, says]).toEqual([name, table.get(row)![party]])
    const shownBy = [...(present ? ['present'] : []), ...(absent ? ['absent'] : [])]
    if (says === 'no') expect([name, shownBy]).toEqual([name, ['absent']])
    else if (says === 'yes') expect([name, shownBy]).toEqual([name, ['present']])
    else expect([name, shownBy]).not.toEqual([name, []])
  }
}

/** Compares the party's data with its column. */
export function checkColumn<Sight>(party: Party, column: Column<Sight>, sight: Sight): void {
  for (const [row, { present, absent }] of Object.entries<Cell<Sight>>(column))
    for (const [look, isThere] of [
      [present, true],
      [absent, false],
    ] as const) {
      if (!look) continue
      const found = look(sight)
      const cell = `${row}: ${party}`
      // Searching for nothing proves nothing.
      expect([cell, Object.keys(found).length > 0]).toEqual([cell, true])
      const wrong = Object.keys(found).filter(name => found[name] !== isThere)
      const problem = isThere ? 'is missing' : 'has leaked'
      expect([cell, problem, wrong]).toEqual([cell, problem, []])
    }
}
