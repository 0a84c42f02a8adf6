import { Cell } from '../../shared/base/cell.ts'

/** Number of unread messages in conversations that are not muted, and of mentions. */
export const unread = new Cell(0)
