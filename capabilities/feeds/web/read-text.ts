import { formatAgo } from '@shoal/web/shared/format/format.ts'
import type { Feed } from '../schemas.ts'
import { texts as t } from './texts.ts'

/** When a feed was read. One that never could be does not look as if it still was to be. */
export function readText({ fetchedMs, error }: Pick<Feed, 'fetchedMs' | 'error'>): string {
  if (fetchedMs !== null) return t.read({ ago: formatAgo(fetchedMs) })
  return error === null ? t.never : t.unread
}
