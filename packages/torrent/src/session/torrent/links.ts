import { ShoalError } from '../../base/errors.ts'
import { trackerLabel } from '../../discovery/tracker/label.ts'

/** Trackers that a user may give a torrent, and characters of a URL: the limits of tracker discovery. */
const MAX_TRACKERS = 100
const MAX_URL = 2048
const TRACKER_SCHEMES = ['http:', 'https:', 'udp:', 'ws:', 'wss:']
const SEED_SCHEMES = ['http:', 'https:']
const MAX_WEB_SEEDS = 1000

/** Checks tiers that a user gives, and drops repeated URLs and empty tiers. Throws `bad-argument` for anything but tracker URLs. */
export function checkedTiers(tiers: readonly (readonly string[])[]): string[][] {
  const seen = new Set<string>()
  const checked = tiers.map(urls =>
    urls.map(checkTracker).filter(url => !seen.has(url) && seen.add(url) !== undefined),
  )
  if (seen.size > MAX_TRACKERS)
    throw new ShoalError('bad-argument', `${seen.size} trackers are too many: give ${MAX_TRACKERS} at most`)
  return checked.filter(urls => urls.length > 0)
}

/** Checks the URL of a web seed that a user adds to the known ones. Throws `bad-argument` if it is not an http or https URL. */
export function checkedWebSeed(text: string, known: readonly string[]): string {
  const url = text.trim()
  if (!isUrl(url, SEED_SCHEMES))
    throw new ShoalError('bad-argument', `${shown(url)} is not a web seed: give an http or https URL`)
  if (known.length >= MAX_WEB_SEEDS)
    throw new ShoalError('bad-argument', `a torrent has ${MAX_WEB_SEEDS} web seeds at most: remove one first`)
  return url
}

function checkTracker(text: string): string {
  const url = text.trim()
  if (isUrl(url, TRACKER_SCHEMES)) return url
  throw new ShoalError('bad-argument', `${shown(url)} is not a tracker: give an http, https, udp or wss URL`)
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  if (text.length > MAX_URL || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return schemes.includes(protocol) && hostname !== ''
}

/** A form that is fit for logs: the URL of a private tracker is a password. */
function shown(url: string): string {
  return trackerLabel(url).slice(0, 100)
}
