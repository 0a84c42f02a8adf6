import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { texts } from '../texts.ts'
import { parseIndexes } from '../values/ranges.ts'

const LEVELS: Readonly<Record<string, number>> = { no: 0, off: 0, low: 1, normal: 4, high: 7 }

export interface FilePriority {
  readonly indexes: readonly number[] | 'all'
  /** 0 to 7. */
  readonly priority: number
}

/** `0,2-4=high`, `all=low`, `3=7`. Throws UsageError. */
export function parsePriority(text: string): FilePriority {
  const equals = text.lastIndexOf('=')
  const [files, level] = [
    text.slice(0, equals).trim(),
    text
      .slice(equals + 1)
      .trim()
      .toLowerCase(),
  ]
  const priority = LEVELS[level] ?? (/^[0-7]$/.test(level) ? Number(level) : undefined)
  if (equals < 1 || priority === undefined) throw new UsageError(texts.parse.notPriority({ text }))
  return { indexes: files.toLowerCase() === 'all' ? 'all' : parseIndexes(files), priority }
}

/** The same without `all`, because the files are not known yet. */
export function parseNewPriority(text: string): { indexes: readonly number[]; priority: number } {
  const { indexes, priority } = parsePriority(text)
  if (indexes === 'all') throw new UsageError(texts.parse.priorityOfAll({ shoal: SHOAL }))
  return { indexes, priority }
}

export function priorityText(priority: number): string {
  return Object.entries(LEVELS).find(([, level]) => level === priority)?.[0] ?? String(priority)
}
