import { Cell } from '../base/cell.ts'
import type { DroppedFile } from '../dropped/dropped.ts'

/** The initial content of the add dialog. */
export interface AddRequest {
  readonly tab: 'download' | 'share'
  readonly text?: string
  /** Files that were dropped or pasted. */
  readonly files?: readonly DroppedFile[]
}

/** The ID of the box that filters and searches. */
export const SEARCH_BOX = 'search-box'

/** Dialogs that any screen may open: each is shown while its cell is not null. */
export const addRequest = new Cell<AddRequest | null>(null)
export const shortcutsShown = new Cell<true | null>(null)
/** The id of the torrent whose links are shown. */
export const linkShown = new Cell<string | null>(null)

/** A screen that accepts files that are dropped on the page. */
export interface DropTaker {
  /** Says what happens with the files. */
  readonly hint: string
  take(files: readonly DroppedFile[]): void
}
export const dropTaker = new Cell<DropTaker | null>(null)

/** Accepts drops until the returned function is called. */
export function takeDrops(hint: string, take: DropTaker['take']): () => void {
  const taker = { hint, take }
  dropTaker.set(taker)
  return () => {
    if (dropTaker.get() === taker) dropTaker.set(null)
  }
}

export function openAdd(request: AddRequest): void {
  addRequest.set(request)
}

/** Edits the label `name`, creates one if `name` is null, or asks whether to remove it. */
export interface LabelRequest {
  readonly name: string | null
  readonly remove?: true
}
export const labelShown = new Cell<LabelRequest | null>(null)
