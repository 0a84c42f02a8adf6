import type { Feed } from '@shoal/api'
import { formatAgo } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'

const t = texts.pages.feeds

/** When a feed was read. One that never could be does not look as if it still was to be. */
export function readText({ fetchedMs, error }: Pick<Feed, 'fetchedMs' | 'error'>): string {
  if (fetchedMs !== null) return t.read({ ago: formatAgo(fetchedMs) })
  return error === null ? t.never : t.unread
}
