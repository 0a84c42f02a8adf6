import { formatAgo } from '@shoal/web/shared/format/format.ts'
import type { Feed } from '../schemas.ts'
import { texts as t } from './texts.ts'

/** Returns when a feed was last read, or that it never could be. */
export function readText({ fetchedMs, error }: Pick<Feed, 'fetchedMs' | 'error'>): string {
  if (fetchedMs !== null) return t.read({ ago: formatAgo(fetchedMs) })
  return error === null ? t.never : t.unread
}
