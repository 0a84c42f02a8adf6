import type { Torrent } from '@shoal/api'
import { hasTracker, isInState } from '@shoal/api/torrent-reasons'
import { locale } from '../../../shared/messages/language.ts'
import type { ListChange, TorrentKey } from '../../../shared/node/torrent-store.ts'

/** Groups of states in the side bar; single states are possible, too. */
export const STATE_GROUPS = [
  'all',
  'downloading',
  'seeding',
  'active',
  'inactive',
  'unfinished',
  'finished',
  'paused',
  'queued',
  'checking',
  'stalled',
  'no-peers',
  'tracker-error',
  'error',
] as const
export type StateGroup = (typeof STATE_GROUPS)[number]

export interface Filter {
  readonly state: StateGroup
  /** Null: any; empty: those without one. */
  readonly label: string | null
  readonly tag: string | null
  /** The host of a tracker. Null: any; empty: those without trackers. */
  readonly tracker: string | null
  readonly text: string
}

export const SORT_KEYS = [
  'name',
  'state',
  'totalBytes',
  'downloadBytesPerSecond',
  'uploadBytesPerSecond',
  'etaSeconds',
  'ratio',
  'peers',
  'label',
  'addedMs',
  'completedMs',
  'downloadedBytes',
  'uploadedBytes',
  'queuePosition',
  'directory',
] as const
export type SortKey = (typeof SORT_KEYS)[number]

export interface Sort {
  readonly key: SortKey
  readonly descending: boolean
}

/** Returns the remaining time; null for complete torrents, too. */
export const etaOf = ({ etaSeconds, progress }: Torrent): number | null => (progress >= 1 ? null : etaSeconds)

/**
 * Returns whether a torrent is in a group. Groups are those of the node, but some also contain
 * states that look the same to users.
 */
function inGroup(torrent: Torrent, group: StateGroup): boolean {
  const { state } = torrent
  switch (group) {
    case 'all':
      return true
    case 'downloading':
      return state === 'downloading' || state === 'metadata'
    case 'checking':
      return state === 'checking' || state === 'moving'
    // `finished` changes less often than the bytes on disk.
    case 'finished':
      return torrent.completedMs !== null
    case 'unfinished':
      return torrent.completedMs === null
    default:
      return isInState(torrent, group)
  }
}

/**
 * Returns whether a torrent matches the filter: all words of the text must be in its name, label or
 * tags.
 */
function fits(torrent: Torrent, { state, label, tag, tracker, text }: Filter): boolean {
  if (!inGroup(torrent, state)) return false
  if (label !== null && (torrent.label ?? '') !== label) return false
  if (tag !== null && !torrent.tags.includes(tag)) return false
  if (tracker !== null && !hasTracker(torrent, tracker)) return false
  if (text === '') return true
  const words = text.toLowerCase().split(/\s+/)
  const name = `${torrent.name} ${torrent.label ?? ''} ${torrent.tags.join(' ')}`.toLowerCase()
  return words.every(word => name.includes(word))
}

/** Returns whether a change can move, show or hide any row. */
export function matters({ membership, keys }: ListChange, filter: Filter, sort: Sort): boolean {
  if (membership || keys.has('name')) return true
  const watched: TorrentKey[] = sort.key === 'state' ? ['state', 'reason', 'progress'] : [sort.key]
  if (filter.state !== 'all') watched.push('state', 'reason', 'trackersFail', 'completedMs')
  if (filter.state === 'active' || filter.state === 'inactive')
    watched.push('downloadBytesPerSecond', 'uploadBytesPerSecond')
  if (filter.label !== null || filter.text !== '') watched.push('label', 'tags')
  if (filter.tag !== null) watched.push('tags')
  if (filter.tracker !== null) watched.push('trackerHosts')
  return watched.some(key => keys.has(key))
}

const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })

/**
 * Ranks of names. Comparing thousands of names is slow, so the ranks are cached until a name
 * changes.
 */
export class NameOrder {
  #places = new Map<string, number>()

  update(torrents: Iterable<Torrent>): void {
    const sorted = [...torrents].sort((a, b) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
    this.#places = new Map(sorted.map(({ id }, place) => [id, place]))
  }

  placeOf(id: string): number {
    return this.#places.get(id) ?? 0
  }
}

/** States that need attention are sorted first. */
const STATE_ORDER: Record<Torrent['state'], number> = {
  error: 0,
  downloading: 1,
  metadata: 2,
  checking: 3,
  moving: 4,
  queued: 5,
  paused: 6,
  seeding: 7,
  complete: 8,
}

/**
 * Returns the ids of the shown torrents, in order. Missing values are sorted last, in either
 * direction.
 */
export function sortTorrents(
  torrents: Iterable<Torrent>,
  filter: Filter,
  sort: Sort,
  names: NameOrder,
): string[] {
  const shown: Torrent[] = []
  for (const torrent of torrents) if (fits(torrent, filter)) shown.push(torrent)
  const sign = sort.descending ? -1 : 1
  const sortValue = valueFor(sort.key, names)
  const keyed = shown.map(({ id }, at) => ({ id, value: sortValue(shown[at]!), place: names.placeOf(id) }))
  keyed.sort((a, b) => {
    if (a.value === b.value) return a.place - b.place
    if (a.value === null) return 1
    if (b.value === null) return -1
    return a.value < b.value ? -sign : sign
  })
  return keyed.map(({ id }) => id)
}

function valueFor(key: SortKey, names: NameOrder): (torrent: Torrent) => number | string | null {
  if (key === 'name') return ({ id }) => names.placeOf(id)
  if (key === 'state')
    return ({ state, reason, progress }) => (STATE_ORDER[state] - (reason ? 0.5 : 0)) * 4 + 1 - progress
  if (key === 'label') return ({ label }) => label?.toLowerCase() ?? null
  if (key === 'etaSeconds') return etaOf
  return torrent => torrent[key]
}

export interface Counts {
  readonly states: Readonly<Record<StateGroup, number>>
  readonly labels: ReadonlyMap<string, number>
  readonly tags: ReadonlyMap<string, number>
  readonly trackers: ReadonlyMap<string, number>
}

/**
 * Returns how many torrents each filter alone would show. The label '' means none, as does the
 * tracker ''.
 */
export function countAll(torrents: Iterable<Torrent>): Counts {
  const states = Object.fromEntries(STATE_GROUPS.map(group => [group, 0])) as Record<StateGroup, number>
  const labels = new Map<string, number>()
  const tags = new Map<string, number>()
  const trackers = new Map<string, number>()
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const torrent of torrents) {
    for (const group of STATE_GROUPS) if (inGroup(torrent, group)) states[group]++
    add(labels, torrent.label ?? '')
    for (const tag of torrent.tags) add(tags, tag)
    for (const host of torrent.trackerHosts) add(trackers, host)
    if (torrent.trackerHosts.length === 0) add(trackers, '')
  }
  return { states, labels, tags, trackers }
}
