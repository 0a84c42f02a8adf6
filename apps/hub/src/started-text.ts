import type { Hub } from './hub.ts'

type Started = Pick<Hub, 'urls' | 'port' | 'isPrivate'>

/** What a hub says on a terminal when it runs. In a pipe its log does. */
export function startedText({ urls, port, isPrivate }: Started, { noStats }: { noStats: boolean }): string {
  const announces = isPrivate ? urls.map(url => url.replace(/announce$/, '<passkey>/announce')) : urls
  const lines = [
    ...announces.map((url, i) => `${i === 0 ? 'Trackers:   ' : '            '}${url}`),
    ...(noStats ? [] : [`Statistics: http://${new URL(urls[0]!).hostname}:${port}/`]),
    'Ctrl-C stops',
  ]
  return `${lines.join('\n')}\n`
}
