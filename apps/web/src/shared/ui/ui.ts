import { Cell } from '../base/cell.ts'
import type { DroppedFile } from '../dropped/dropped.ts'

/** What the add dialog opens with. */
export interface AddRequest {
  readonly tab: 'download' | 'share'
  readonly text?: string
  /** Of a drop or a paste: `path` is below what was dropped. */
  readonly files?: readonly DroppedFile[]
}

/** Dialogs that any page may open. */
export const addRequest = new Cell<AddRequest | null>(null)
export const shortcutsShown = new Cell<true | null>(null)
/** The torrent whose link is being sent. */
export const linkShown = new Cell<string | null>(null)

export function openAdd(request: AddRequest): void {
  addRequest.set(request)
}

/** Edits a label, makes one (`name` is null), or asks whether to remove one. */
export interface LabelRequest {
  readonly name: string | null
  readonly remove?: true
}
export const labelShown = new Cell<LabelRequest | null>(null)
