/** Trackers in Transmission's format. */
import type { Tracker } from '@shoal/api'
import { groupByTier } from '@shoal/node/node/server/compat/real-trackers.ts'

/** `trackers` of torrent-get. The id is the position in the list. */
export function trackerView({ url, tier }: Tracker, id: number) {
  return { announce: url, id, scrape: scrapeUrl(url), sitename: siteName(url), tier: tier ?? 0 }
}

/** Inactive, waiting for the next announce, (queued,) announcing. */
const STATES = { idle: 0, ok: 1, failed: 1, working: 3 } as const

/**
 * `trackerStats` of torrent-get. Unknown values are those of a tracker that was not contacted yet.
 */
export function trackerStatsView(tracker: Tracker, id: number, nowSeconds: number) {
  const { state, message, peers, seeds, leeches, downloads, nextAnnounceSeconds } = tracker
  const atSeconds = Math.round((tracker.lastAnnounceMs ?? 0) / 1000)
  const hasAnnounced = atSeconds > 0
  return {
    ...trackerView(tracker, id),
    announceState: STATES[state],
    downloadCount: downloads ?? -1,
    hasAnnounced,
    hasScraped: false,
    host: hostOf(tracker.url),
    isBackup: false,
    lastAnnouncePeerCount: peers,
    lastAnnounceResult: hasAnnounced ? (message ?? 'Success') : '',
    lastAnnounceStartTime: atSeconds,
    lastAnnounceSucceeded: hasAnnounced && state !== 'failed',
    lastAnnounceTime: atSeconds,
    lastAnnounceTimedOut: false,
    lastScrapeResult: '',
    lastScrapeStartTime: 0,
    lastScrapeSucceeded: false,
    lastScrapeTime: 0,
    lastScrapeTimedOut: false,
    leecherCount: leeches ?? -1,
    nextAnnounceTime: nextAnnounceSeconds === null ? 0 : nowSeconds + nextAnnounceSeconds,
    nextScrapeTime: 0,
    scrapeState: 0,
    seederCount: seeds ?? -1,
  }
}

/** `trackerList`: one announce URL per line, with an empty line between tiers. */
export function trackerList(trackers: readonly Tracker[]): string {
  return groupByTier(trackers)
    .map(tier => tier.join('\n'))
    .join('\n\n')
}

export function parseTrackerList(list: string): string[][] {
  const tiers = list.split(/\r?\n[ \t]*\r?\n/).map(tier => tier.split(/\r?\n/).map(url => url.trim()))
  return tiers.map(tier => tier.filter(url => url !== '')).filter(tier => tier.length > 0)
}

/** Follows the convention of BEP 48; empty if the tracker does not support scrape. */
function scrapeUrl(announce: string): string {
  if (announce.startsWith('udp:')) return announce
  const slash = announce.lastIndexOf('/')
  if (!/^announce(?![a-z])/i.test(announce.slice(slash + 1))) return ''
  return `${announce.slice(0, slash)}/scrape${announce.slice(slash + 1 + 'announce'.length)}`
}

function hostOf(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.protocol}//${parsed.host}` : url
}

/** The name without `www` and top-level domain: `example` for `tracker.example.org`. */
function siteName(url: string): string {
  const host = URL.parse(url)?.hostname ?? ''
  if (/^[\d.]+$|^\[/.test(host)) return host
  return host.split('.').at(-2) ?? host
}
