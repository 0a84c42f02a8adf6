import { badRequest } from '../failures.ts'

/**
 * Throws `bad-request`, naming the member, if the query or path is not percent-encoded UTF-8 or
 * contains a NUL.
 */
export function checkAddressText(url: string): void {
  // An absolute URL (RFC 9112 section 3.2.2) is meant for proxies, and names a host other than the
  // one checked.
  if (!url.startsWith('/')) throw badRequest('path', 'the path must begin with /')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  if (path.includes('%00')) throw badRequest('path', 'the path contains a NUL')
  if (mark < 0) return
  for (const pair of url.slice(mark + 1).split('&')) {
    const [name = '', value = ''] = pair.split('=', 2)
    const field = decoded(name)
    if (field === null) throw badRequest('query', 'the query is not valid percent-encoded UTF-8')
    const text = decoded(value)
    if (text === null) throw badRequest(field, 'it is not valid percent-encoded UTF-8')
    if (text.includes('\0') || field.includes('\0'))
      throw badRequest(field.replaceAll('\0', ''), 'it contains a NUL')
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
