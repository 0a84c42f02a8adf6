import { describe, expect, test } from 'vitest'
import { widthOf } from '../../base/width.ts'
import { type Column, tableLines } from './table.ts'

interface Row {
  readonly name: string
  readonly size: number
}
const ROWS: Row[] = [
  { name: 'A film that has a very long name.mkv', size: 5 },
  { name: '写真', size: 12_345 },
]
const COLUMNS: Column<Row>[] = [
  { title: 'Name', text: ({ name }) => name, least: 8 },
  { title: 'Size', text: ({ size }) => String(size), align: 'right', color: () => 31 },
  { title: 'Note', text: () => 'extra', rank: 1 },
  {
    title: 'Bar',
    text: () => '',
    rank: 2,
    bar: { least: 4, most: 10, draw: (_, width) => '#'.repeat(width) },
  },
]
const draw = (columns: number | null, style = {}) =>
  tableLines(ROWS, COLUMNS, { columns, unicode: true, color: false, ...style })

describe('a table', () => {
  test('has columns as wide as their widest cell', () => {
    expect(
      tableLines(ROWS.slice(1), COLUMNS.slice(0, 2), { columns: null, unicode: true, color: false }),
    ).toEqual(['Name   Size', '写真  12345'])
  })

  test('cuts nothing where lines have no limit, and one long name does not widen the others', () => {
    const rows = [
      { name: 'x'.repeat(190), size: 5 },
      { name: 'short', size: 6 },
    ]
    const lines = tableLines(rows, COLUMNS.slice(0, 2), { columns: null, unicode: true, color: false })
    expect(lines[1]).toBe(`${'x'.repeat(190)}     5`)
    expect(lines[2]).toBe(`${'short'.padEnd(48)}     6`)
  })

  test.each([120, 80, 60, 50, 40, 30, 20])('is never wider than %i', columns => {
    for (const line of draw(columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns)
  })

  test('leaves out the least important columns first and shortens names last', () => {
    expect(draw(80)[0]).toMatch(/Name +Size +Note +Bar/)
    expect(draw(22)[0]).toMatch(/Name +Size +Note$/)
    expect(draw(16)[0]).toMatch(/Name +Size$/)
    expect(draw(22)[1]).toContain('…')
  })

  test('a bar fills the remaining width up to its maximum', () => {
    const bar = (columns: number) => draw(columns)[1]!.match(/#+$/)?.[0].length
    expect(bar(200)).toBe(10)
    expect(bar(60)).toBeGreaterThanOrEqual(4)
    expect(bar(60)).toBeLessThan(10)
  })

  test('is colored only on color terminals, and neutralizes control characters in names', () => {
    const evil = [{ name: 'a\u001b[2Jb', size: 1 }]
    const lines = tableLines(evil, COLUMNS.slice(0, 2), { columns: null, unicode: true, color: true })
    expect(lines[1]).toBe('a\ufffd[2Jb  \u001b[31m   1\u001b[0m')
  })
})
