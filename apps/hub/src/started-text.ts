import type { Hub } from './hub.ts'

type Started = Pick<Hub, 'urls' | 'port' | 'stunPort' | 'isPrivate'>

/** Returns the text that a hub prints on a terminal when it has started. Otherwise its log tells the same. */
export function startedText(
  { urls, port, stunPort, isPrivate }: Started,
  { noStats }: { noStats: boolean },
): string {
  const announces = isPrivate ? urls.map(url => url.replace(/announce$/, '<passkey>/announce')) : urls
  const { hostname } = new URL(urls[0]!)
  const lines = [
    ...announces.map((url, i) => `${i === 0 ? 'Trackers:   ' : '            '}${url}`),
    ...(stunPort === null ? [] : [`STUN:       stun:${hostname}:${stunPort}`]),
    ...(noStats ? [] : [`Statistics: http://${hostname}:${port}/`]),
    'Press Ctrl-C to stop',
  ]
  return `${lines.join('\n')}\n`
}

/** Returns the text about a hub without accounts. */
export function ownerText(link: string): string {
  return `Nobody has an account yet. Become the owner of the hub within a week: ${link}`
}
