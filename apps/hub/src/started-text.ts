import type { Hub } from './hub.ts'

type Started = Pick<Hub, 'origin' | 'urls' | 'stunPort' | 'isPrivate' | 'page' | 'statistics'>

/**
 * Returns the text that a hub prints on a terminal once started. Otherwise its log has the same
 * content.
 */
export function startedText({ origin, urls, stunPort, isPrivate, page, statistics }: Started): string {
  const announces = isPrivate ? urls.map(url => url.replace(/announce$/, '<passkey>/announce')) : urls
  const { hostname } = new URL(origin)
  const lines = [
    ...(page === null ? [] : [`Page:       ${page}`]),
    ...announces.map((url, i) => `${i === 0 ? 'Trackers:   ' : '            '}${url}`),
    ...(stunPort === null ? [] : [`STUN:       stun:${hostname}:${stunPort}`]),
    ...(statistics === null ? [] : [`Statistics: ${statistics}`]),
    'Press Ctrl-C to stop',
  ]
  return `${lines.join('\n')}\n`
}

/** Returns the notice about a hub without accounts. */
export function ownerText(link: string): string {
  return `Nobody has an account yet. Become the owner of the hub within a week: ${link}`
}
