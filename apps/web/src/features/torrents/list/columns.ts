import { Cell } from '../../../shared/base/cell.ts'
import type { SortKey } from './view.ts'

export interface Column {
  readonly key: SortKey | 'tags'
  readonly width: number
  readonly least: number
  /** Whether the column is aligned right, as numbers are. */
  readonly end?: boolean
  readonly hidden?: boolean
}

export type ColumnKey = Column['key']

/** In the default display order. */
export const COLUMNS: readonly Column[] = [
  { key: 'name', width: 200, least: 140 },
  { key: 'state', width: 146, least: 90 },
  { key: 'totalBytes', width: 80, least: 60, end: true },
  { key: 'downloadBytesPerSecond', width: 78, least: 64, end: true },
  { key: 'uploadBytesPerSecond', width: 78, least: 64, end: true },
  { key: 'etaSeconds', width: 84, least: 56, end: true },
  { key: 'ratio', width: 52, least: 50, end: true },
  { key: 'peers', width: 76, least: 56, end: true },
  { key: 'label', width: 80, least: 60 },
  { key: 'addedMs', width: 118, least: 70 },
  { key: 'completedMs', width: 124, least: 70, hidden: true },
  { key: 'downloadedBytes', width: 104, least: 60, end: true, hidden: true },
  { key: 'uploadedBytes', width: 88, least: 60, end: true, hidden: true },
  { key: 'queuePosition', width: 66, least: 50, end: true, hidden: true },
  { key: 'tags', width: 130, least: 60, hidden: true },
  { key: 'directory', width: 200, least: 80, hidden: true },
]

const MOST_WIDTH = 900
const KEY = 'shoal.columns'

/** The user's changes to the columns, stored in this browser. */
export interface ColumnChoices {
  readonly widths: Readonly<Record<string, number>>
  readonly shown: Readonly<Record<string, boolean>>
  /** All columns, if the user has moved one. */
  readonly order: readonly string[]
  /** Whether rows have a small height. */
  readonly compact: boolean
}

const NONE: ColumnChoices = { widths: {}, shown: {}, order: [], compact: false }

export const columnChoices = new Cell<ColumnChoices>(stored())

function stored(): ColumnChoices {
  try {
    return {
      ...NONE,
      ...(JSON.parse(globalThis.localStorage?.getItem(KEY) ?? '{}') as Partial<ColumnChoices>),
    }
  } catch {
    return NONE
  }
}

function choose(choices: ColumnChoices): void {
  columnChoices.set(choices)
  localStorage.setItem(KEY, JSON.stringify(choices))
}

export const isShown = ({ key, hidden }: Column, { shown }: ColumnChoices) => shown[key] ?? !hidden
export const columnWidth = ({ key, width }: Column, { widths }: ColumnChoices) => widths[key] ?? width
export const shownColumns = (choices: ColumnChoices) =>
  ordered(choices).filter(column => isShown(column, choices))

/** Returns all columns in display order. Columns that the user never moved stay in their places. */
function ordered({ order }: ColumnChoices): Column[] {
  const place = ({ key }: Column) =>
    order.includes(key) ? order.indexOf(key) : COLUMNS.findIndex(each => each.key === key)
  return [...COLUMNS].sort((a, b) => place(a) - place(b))
}

/** Moves a visible column to the position of another. */
export function moveColumn(key: ColumnKey, to: ColumnKey): void {
  const choices = columnChoices.get()
  const order = ordered(choices).map(column => column.key)
  const place = order.indexOf(to)
  order.splice(order.indexOf(key), 1)
  order.splice(place, 0, key)
  choose({ ...choices, order })
}

/** Returns the visible column `steps` positions further; undefined at the end. */
export function neighborOf(key: ColumnKey, steps: number): ColumnKey | undefined {
  const shown = shownColumns(columnChoices.get())
  return shown[shown.findIndex(column => column.key === key) + steps]?.key
}

export function setCompact(compact: boolean): void {
  choose({ ...columnChoices.get(), compact })
}

export function showColumn(key: ColumnKey, shown: boolean): void {
  const choices = columnChoices.get()
  choose({ ...choices, shown: { ...choices.shown, [key]: shown } })
}

export function resizeColumn(column: Column, width: number): void {
  const choices = columnChoices.get()
  const within = Math.round(Math.max(column.least, Math.min(MOST_WIDTH, width)))
  choose({ ...choices, widths: { ...choices.widths, [column.key]: within } })
}

export const resetColumns = () => choose(NONE)

/** These columns share the remaining space of a wide screen. */
const GROWING: Partial<Record<ColumnKey, number>> = { name: 4, state: 1 }

/** Returns the value for `grid-template-columns`: the checkbox first, the menu last. */
export function gridTemplate(columns: readonly Column[], choices: ColumnChoices): string {
  const tracks = columns.map(column => {
    const grows = GROWING[column.key]
    return grows
      ? `minmax(${columnWidth(column, choices)}px, ${grows}fr)`
      : `${columnWidth(column, choices)}px`
  })
  return ['40px', ...tracks, '40px'].join(' ')
}

export function minimumWidth(columns: readonly Column[], choices: ColumnChoices): number {
  return 80 + columns.reduce((sum, column) => sum + columnWidth(column, choices), 0)
}
