import { UsageError } from '@shoal/options'
import { texts } from '../texts.ts'

const MAX_INDEX = 10_000_000

/** Parses numbers such as `0,2-4`: ascending, each once. Throws UsageError. */
export function parseIndexes(text: string): number[] {
  const indexes = new Set<number>()
  for (const item of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,8})\s*(?:-\s*(\d{1,8})\s*)?$/.exec(item) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (!(from <= to && to < MAX_INDEX)) throw new UsageError(texts.parse.notRange({ item }))
    for (let index = from; index <= to; index++) indexes.add(index)
  }
  return [...indexes].sort((a, b) => a - b)
}
