import { Cell } from '../../shared/base/cell.ts'

/** Unread messages of all conversations that are not muted, and mentions. */
export const unread = new Cell(0)
