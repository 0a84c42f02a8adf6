/** Shows a node's torrents as a table. */
import type { Torrent } from '@shoal/api'
import { formatBytes, formatDuration, formatNumber, formatPercent, formatRate } from '../format.ts'
import type { TerminalStyle } from '../output.ts'
import { progressBar } from '../terminal/progress-line.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { idDigits } from './torrent-names.ts'
import { stateColor, stateText } from './torrent-state.ts'

const BAR = { least: 10, most: 24 }

/** Returns the columns of a list of torrents, with a progress bar if `bar` is true. */
const MOST_STATE = 30

export function torrentColumns(
  torrents: readonly Pick<Torrent, 'id'>[],
  { bar, style }: { bar: boolean; style: TerminalStyle },
): Column<Torrent>[] {
  const digits = idDigits(torrents.map(({ id }) => id))
  const dash = style.unicode ? '–' : '-'
  const rate = (bytes: number) => (bytes >= 1 ? formatRate(bytes) : dash)
  const progress: Column<Torrent> = {
    title: '',
    text: () => '',
    rank: 5,
    color: stateColor,
    bar: { ...BAR, draw: ({ progress }, columns) => progressBar(progress, columns, style) },
  }
  return [
    { title: texts.list.columns.id, text: ({ id }) => id.slice(0, digits), rank: 4 },
    { title: texts.list.columns.name, text: ({ name }) => name, least: 26 },
    {
      title: texts.list.columns.size,
      text: ({ totalBytes }) => (totalBytes === null ? '?' : formatBytes(totalBytes)),
      align: 'right',
      rank: 7,
    },
    ...(bar ? [progress] : []),
    { title: texts.list.columns.done, text: ({ progress }) => formatPercent(progress), align: 'right' },
    {
      title: texts.list.columns.state,
      text: each => shortened(stateText(each)),
      rank: 1,
      least: 8,
      color: stateColor,
    },
    {
      title: texts.list.columns.down,
      text: each => rate(each.downloadBytesPerSecond),
      align: 'right',
      rank: 2,
    },
    { title: texts.list.columns.up, text: each => rate(each.uploadBytesPerSecond), align: 'right', rank: 3 },
    {
      title: texts.list.columns.left,
      text: ({ etaSeconds }) => (etaSeconds === null ? dash : formatDuration(etaSeconds)),
      align: 'right',
      rank: 6,
    },
    { title: texts.list.columns.peers, text: ({ peers }) => String(peers), align: 'right', rank: 9 },
    {
      title: texts.list.columns.ratio,
      text: ({ ratio }) => (ratio === null ? dash : formatNumber(ratio, 2)),
      align: 'right',
      rank: 8,
    },
    ...(torrents.some(each => (each as Partial<Torrent>).label)
      ? [{ title: texts.list.columns.label, text: ({ label }: Torrent) => label ?? '', rank: 10 }]
      : []),
  ]
}

/** Summarizes the torrents below the table. */
export function torrentSummary(torrents: readonly Torrent[], total = torrents.length): string {
  const sum = (of: (torrent: Torrent) => number) => torrents.reduce((all, each) => all + of(each), 0)
  const down = formatRate(sum(each => each.downloadBytesPerSecond))
  const up = formatRate(sum(each => each.uploadBytesPerSecond))
  const size = formatBytes(sum(each => each.totalBytes ?? 0))
  const shown =
    total > torrents.length
      ? texts.list.some({ shown: torrents.length, total })
      : texts.format.torrents({ count: total })
  return texts.list.summaryLine({ torrents: shown, size, down, up })
}

/** A complete error message would leave no room for other columns; `shoal show` prints it. */
function shortened(text: string): string {
  return text.length > MOST_STATE ? `${text.slice(0, MOST_STATE - 1)}…` : text
}
