/** Shows a node's torrents as a table. */
import type { Torrent, TorrentState } from '@shoal/api'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../../base/text/format.ts'
import type { TerminalStyle } from '../output.ts'
import { progressBar } from '../terminal/progress-line.ts'
import type { Column } from '../terminal/table.ts'
import { idDigits } from './torrent-names.ts'

const COLORS: Partial<Record<TorrentState, number>> = {
  downloading: 36,
  metadata: 36,
  checking: 36,
  moving: 36,
  seeding: 32,
  complete: 32,
  error: 31,
}
const BAR = { least: 10, most: 24 }

/** `bar`: draws the progress. */
export function torrentColumns(
  torrents: readonly Pick<Torrent, 'id'>[],
  { bar, style }: { bar: boolean; style: TerminalStyle },
): Column<Torrent>[] {
  const digits = idDigits(torrents.map(({ id }) => id))
  const dash = style.unicode ? '–' : '-'
  const rate = (bytes: number) => (bytes >= 1 ? formatRate(bytes) : dash)
  const progress: Column<Torrent> = {
    title: bar ? '' : 'Progress',
    text: () => '',
    rank: 5,
    color: ({ state }) => COLORS[state] ?? null,
    bar: { ...BAR, draw: ({ progress }, columns) => progressBar(progress, columns, style) },
  }
  return [
    { title: 'ID', text: ({ id }) => id.slice(0, digits), rank: 4 },
    { title: 'Name', text: ({ name }) => name, least: 12 },
    {
      title: 'Size',
      text: ({ totalBytes }) => (totalBytes === null ? '?' : formatBytes(totalBytes)),
      align: 'right',
      rank: 7,
    },
    ...(bar ? [progress] : []),
    { title: 'Done', text: ({ progress }) => formatPercent(progress), align: 'right' },
    { title: 'State', text: stateText, rank: 1, least: 8, color: ({ state }) => COLORS[state] ?? null },
    { title: 'Down', text: each => rate(each.downloadBytesPerSecond), align: 'right', rank: 2 },
    { title: 'Up', text: each => rate(each.uploadBytesPerSecond), align: 'right', rank: 3 },
    {
      title: 'Left',
      text: ({ etaSeconds }) => (etaSeconds === null ? dash : formatDuration(etaSeconds)),
      align: 'right',
      rank: 6,
    },
    { title: 'Peers', text: ({ peers }) => String(peers), align: 'right', rank: 9 },
    {
      title: 'Ratio',
      text: ({ ratio }) => (ratio === null ? dash : ratio.toFixed(2)),
      align: 'right',
      rank: 8,
    },
    ...(torrents.some(each => (each as Partial<Torrent>).label)
      ? [{ title: 'Label', text: ({ label }: Torrent) => label ?? '', rank: 10 }]
      : []),
  ]
}

/** The state, with the reason if it is an error. */
function stateText({ state, error, queuePosition }: Torrent): string {
  if (state === 'error') return `error: ${error?.message ?? 'it stopped'}`
  return state === 'queued' && queuePosition !== null ? `queued ${queuePosition}` : state
}

/** The line below the table. */
export function torrentSummary(torrents: readonly Torrent[], total = torrents.length): string {
  const sum = (of: (torrent: Torrent) => number) => torrents.reduce((all, each) => all + of(each), 0)
  const down = formatRate(sum(each => each.downloadBytesPerSecond))
  const up = formatRate(sum(each => each.uploadBytesPerSecond))
  const size = formatBytes(sum(each => each.totalBytes ?? 0))
  const shown = total > torrents.length ? `${torrents.length} of ${total} torrents` : `${total} torrents`
  return `${total === 1 ? '1 torrent' : shown}, ${size}, down ${down}, up ${up}`
}
