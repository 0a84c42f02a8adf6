import type { Followed, Publication } from '../../schemas/publication.ts'

const MINUTE_MS = 60_000

/**
 * Links that a node follows, one of them unreadable, and one that it publishes. `torrents`: ids.
 */
export function sampleLinks([film, show]: readonly string[], nowMs: number) {
  const link = (digit: string) => `magnet:?xs=urn:btpk:${digit.repeat(64)}`
  const usual = { everyMinutes: 60, keep: 'latest', directory: null, label: null } as const
  const followed: Followed[] = [
    {
      ...usual,
      ...{ id: 'followed-films', name: 'Open films', link: link('8'), torrent: film ?? null, version: '12' },
      ...{ changedMs: nowMs - 90 * MINUTE_MS, checkedMs: nowMs - 20 * MINUTE_MS, error: null },
    },
    {
      ...usual,
      ...{ id: 'followed-maps', name: 'Maps of the coast', link: link('3'), torrent: null, version: null },
      ...{ keep: 'all', everyMinutes: 1440, changedMs: null, checkedMs: nowMs - 5 * MINUTE_MS },
      error: 'the DHT has no version of this link at the moment',
    },
  ]
  const own: Publication[] =
    show === undefined
      ? []
      : [
          {
            ...{
              id: 'published-show',
              name: 'Our recordings',
              link: link('5'),
              infoHash: show.slice(0, 40),
              version: '3',
            },
            ...{ publishedMs: nowMs - 12 * MINUTE_MS, nodes: 8, error: null },
          },
        ]
  return { followed, own }
}
