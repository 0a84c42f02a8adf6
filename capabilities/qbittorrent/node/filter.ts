import type { Params } from './params.ts'
import { Refusal } from './refusal.ts'
import type { TorrentInfo } from './torrent-info.ts'

type Test = (state: string, info: TorrentInfo) => boolean

const isPaused = (state: string) => state.startsWith('paused')
const isUpload = (state: string) => /UP$|^uploading$/.test(state)
const isActive: Test = (state, { dlspeed, upspeed }) =>
  dlspeed > 0 || upspeed > 0 || ['metaDL', 'forcedMetaDL', 'moving'].includes(state)

/** Names of both qBittorrent 4 and 5. */
const FILTERS: Readonly<Record<string, Test>> = {
  all: () => true,
  downloading: state => /DL$|^downloading$/.test(state),
  seeding: state => isUpload(state) && !isPaused(state),
  completed: isUpload,
  paused: isPaused,
  stopped: isPaused,
  resumed: state => !isPaused(state),
  running: state => !isPaused(state),
  active: isActive,
  inactive: (state, info) => !isActive(state, info),
  stalled: state => state.startsWith('stalled'),
  stalled_uploading: state => state === 'stalledUP',
  stalled_downloading: state => state === 'stalledDL',
  checking: state => state.startsWith('checking'),
  moving: state => state === 'moving',
  errored: state => state === 'error' || state === 'missingFiles',
}

/** Applies the parameters of torrents/info: filters, sorts, and slices. */
export function selectInfos(infos: readonly TorrentInfo[], params: Params): TorrentInfo[] {
  const test = FILTERS[params.text('filter')] ?? FILTERS.all!
  const found = infos.filter(info => test(info.state, info) && hasLabels(info, params))
  const sorted = sortInfos(found, params.text('sort'), params.bool('reverse') ?? false)
  const offset = Math.trunc(params.number('offset') ?? 0)
  const limit = Math.trunc(params.number('limit') ?? 0)
  const start = offset < 0 ? Math.max(0, sorted.length + offset) : offset
  return sorted.slice(start, limit > 0 ? start + limit : undefined)
}

/** An empty category or tag selects torrents without one. */
function hasLabels({ category, tags, private: isPrivate }: TorrentInfo, params: Params): boolean {
  if (params.has('category') && params.text('category') !== category) return false
  const wanted = params.bool('private')
  if (wanted !== undefined && wanted !== (isPrivate ?? false)) return false
  if (!params.has('tag')) return true
  const tag = params.text('tag')
  return tag === '' ? tags === '' : tags.split(', ').includes(tag)
}

function sortInfos(infos: readonly TorrentInfo[], column: string, reverse: boolean): TorrentInfo[] {
  if (column === '' || infos.length === 0) return [...infos]
  if (!Object.hasOwn(infos[0]!, column)) throw new Refusal(400, 'sort is not a column')
  const name = column as keyof TorrentInfo
  const sign = reverse ? -1 : 1
  return infos.toSorted((a, b) => sign * compare(a[name], b[name]))
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b)
  return Number(a) - Number(b)
}
