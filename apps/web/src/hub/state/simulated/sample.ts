/** Initial members and listings of a simulated hub. */
import type { AccountInfo, Category, ListingSummary } from '@shoal/hub-api'

export const NOW_MS = Date.now()
const DAY_MS = 86_400_000

export function didOf(name: string): string {
  const letters = [...name.toLowerCase()].map(letter => letter.charCodeAt(0).toString(36)).join('')
  return `did:key:z6Mk${letters.repeat(12).slice(0, 44)}`
}

function member(name: string, role: AccountInfo['role'], daysAgo: number): AccountInfo {
  return { did: didOf(name), name, role, state: 'active', createdMs: NOW_MS - daysAgo * DAY_MS }
}

export const MEMBERS: readonly AccountInfo[] = [
  member('Ada', 'admin', 320),
  member('Bruno', 'moderator', 210),
  member('Chidi', 'member', 90),
  member('Dora', 'member', 31),
  { ...member('Egon', 'member', 12), state: 'banned' },
  { ...member('Farah', 'member', 1), state: 'waiting' },
]

type Sample = readonly [
  title: string,
  category: Category,
  tags: readonly string[],
  author: number,
  gigabytes: number,
]

const TITLES: readonly Sample[] = [
  ['Harbour at dawn – short film, 4K', 'films', ['documentary', 'cc-by'], 2, 6.2],
  ['Field recordings from the Wadden Sea', 'music', ['nature', 'cc0'], 3, 1.4],
  ['Open textbook: linear algebra', 'books', ['mathematics', 'cc-by-sa'], 0, 0.04],
  ['OpenStreetMap extract of Europe, November', 'data', ['maps', 'odbl'], 1, 31.5],
  ['Debian 14 installation images', 'software', ['linux', 'free'], 2, 4.7],
  ['Photographs of a hundred lighthouses', 'pictures', ['sea', 'cc-by'], 3, 2.1],
]

export const DESCRIPTION = `## What it is

A film about a **harbour**, in one long shot.

- 4K, 24 frames per second
- Subtitles in English and German

More at <https://example.org/harbour>.`

export function sampleListings(): ListingSummary[] {
  return TITLES.map(([title, category, tags, author, gigabytes], index) => {
    const hash = String(index + 1)
      .repeat(64)
      .slice(0, 64)
    const { did, name } = MEMBERS[author]!
    const createdMs = NOW_MS - (index + 1) * 0.7 * DAY_MS
    return {
      ...{ id: `share${index + 1}`, title, category, tags: [...tags] },
      link: `magnet:?xt=urn:btmh:1220${hash}&dn=${encodeURIComponent(title)}`,
      ...{ sizeBytes: Math.round(gigabytes * 1e9), fileCount: index + 1, kind: 'open' as const },
      ...{ infoHashV1: null, infoHashV2: hash, author: { did, name } },
      ...{ createdMs, changedMs: createdMs, hidden: null, comments: index === 0 ? 2 : 0 },
      ...{ thumbnails: [], hasTorrent: false, seeders: 7 - index, leechers: index },
    }
  })
}
