import { Random, seedOf } from '@shoal/api/testing/node/random'
import type { Says } from '@shoal/api/testing/node/titles'
import type { Feed, FeedItem } from './schemas.ts'

const HOUR_MS = 3_600_000

export function sampleFeeds(nowMs: number, says: Says): Map<string, { feed: Feed; items: FeedItem[] }> {
  const feeds = new Map<string, { feed: Feed; items: FeedItem[] }>()
  feeds.set('releases', {
    feed: {
      id: 'releases',
      url: 'https://distro.example.org/torrents.xml',
      title: says('Distribution releases'),
      everyMinutes: 60,
      filters: [{ include: 'debian amd64', exclude: 'beta', label: 'linux', directory: null, paused: false }],
      fetchedMs: nowMs - 11 * 60_000,
      error: null,
    },
    items: itemsOf('releases', RELEASES.map(says), nowMs),
  })
  feeds.set('films', {
    feed: {
      id: 'films',
      url: 'https://open-movies.example.net/rss',
      title: says('Open movies'),
      everyMinutes: 1440,
      filters: [],
      fetchedMs: nowMs - 30 * HOUR_MS,
      error: says('the server answered 503: it may be busy; it is asked again in an hour'),
    },
    items: itemsOf('films', FILMS.map(says), nowMs),
  })
  return feeds
}

export function itemsOf(feed: string, titles: readonly string[], nowMs: number): FeedItem[] {
  return titles.map((title, at) => ({
    id: `${feed}-${at}`,
    title,
    source: `magnet:?xt=urn:btih:${new Random(seedOf(title)).hex(40)}&dn=${encodeURIComponent(title)}`,
    publishedMs: nowMs - (at * 7 + 2) * HOUR_MS,
    taken: at === 0,
  }))
}

export const RELEASES = [
  'debian-13.1.0-amd64-netinst.iso',
  'debian-13.1.0-arm64-netinst.iso',
  'debian-14-beta2-amd64-netinst.iso',
  'fedora-workstation-live-x86_64-44.iso',
  'archlinux-2026.11.01-x86_64.iso',
  'debian-13.1.0-amd64-DVD-1.iso',
  'opensuse-leap-16.1-x86_64.iso',
  'alpine-standard-3.24.1-x86_64.iso',
]
const FILMS = [
  'Charge (2022) 2160p',
  'Sprite Fright (2021) 1080p',
  'Wing It! (2023) 4K',
  'Project Gold (2024) 1080p',
]
