import { UsageError } from '../base/failure.ts'
import { value } from './options.ts'

/** Of commands that share without a node, which has a page of its own. */
export const PAGE_OPTION = {
  page: value('URL', {
    help: 'Print the link that opens in any browser, too, by this page: https://host/',
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
    `"${text}" is not an address of a page: write https://host/ or http://host:8420/share/`,
  )
}
