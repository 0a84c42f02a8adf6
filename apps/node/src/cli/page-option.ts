import { UsageError, value } from '@shoal/options'
import { texts } from './texts.ts'

/** For commands that share without a node. A node has its own page. */
export const PAGE_OPTION = {
  page: value('URL', {
    help: texts.shareOptions.page,
    parse: pageUrl,
  }),
}

function pageUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.username || url?.password) throw new UsageError(texts.shareOptions.pageWithPassword)
  if (url && /^https?:$/.test(url.protocol) && !/[?#]/.test(text)) return url.href
  throw new UsageError(texts.shareOptions.badPage({ text }))
}
