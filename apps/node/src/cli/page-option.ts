import { value } from '@shoal/options'
import { UsageError } from '../base/failure.ts'

/** For commands that share without a node. A node has its own page. */
export const PAGE_OPTION = {
  page: value('URL', {
    help: 'Also print the link that opens in any browser, with this page: https://host/',
    parse: pageUrl,
  }),
}

function pageUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.username || url?.password)
    throw new UsageError(
      'the address of a page has no username and no password: whoever gets the link would get them',
    )
  if (url && /^https?:$/.test(url.protocol) && !/[?#]/.test(text)) return url.href
  throw new UsageError(
    `"${text}" is not the address of a page: write https://host/ or http://host:8420/share/`,
  )
}
