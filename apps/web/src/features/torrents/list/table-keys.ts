import { everything, moved, NOTHING, type Selection, toggled } from './selection.ts'

export interface Key {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/** A pressed key, as reported by the browser or React. */
export interface KeyPress extends Key {
  readonly altKey: boolean
  preventDefault(): void
}

/**
 * Returns the selection after a key; null if the key does not change it. `page` is the number of
 * visible rows.
 */
export function keyToSelection(
  event: Key,
  selection: Selection,
  order: readonly string[],
  page: number,
): Selection | null {
  const control = event.ctrlKey || event.metaKey
  const how = event.shiftKey ? 'extend' : control ? 'keep' : 'choose'
  const rows = rowsFor(event.key, Math.max(1, page), order.length)
  if (rows !== null && !(control && /^[jk]$/.test(event.key))) return moved(selection, rows, order, how)
  if (control && event.key.toLowerCase() === 'a') return everything(selection, order)
  if (event.key === ' ' && selection.cursor !== null) return toggled(selection, selection.cursor)
  if (event.key === 'Escape' && selection.ids.size > 0) return { ...NOTHING, cursor: selection.cursor }
  return null
}

function rowsFor(key: string, page: number, all: number): number | null {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return 1
    case 'ArrowUp':
    case 'k':
      return -1
    case 'PageDown':
      return page
    case 'PageUp':
      return -page
    case 'Home':
      return -all
    case 'End':
      return all
    default:
      return null
  }
}
