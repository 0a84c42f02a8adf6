/** One line that says how a torrent stands, as wide as the terminal. */
import type { TerminalStyle } from '../cli/output.ts'
import { count, formatBytes, formatDuration, formatPercent, formatRate } from '../text/format.ts'
import { pad, printable, shorten, widthOf } from '../text/width.ts'
import type { Snapshot } from './view.ts'

const GAP = '  '
const LEAST_NAME = 12
const LEAST_BAR = 10
const MOST_BAR = 40
const COLORS = { done: 32, working: 36, error: 31 } as const

/** A part of the line; those of the highest `rank` go first when there is no room. */
interface Part {
  readonly text: string
  readonly rank: number
}

/** The line on a terminal of so many columns: it never takes more, whatever the name is. */
export function progressLine(
  name: string,
  snapshot: Snapshot,
  columns: number,
  style: TerminalStyle,
): string {
  const room = Math.max(1, columns)
  const least = Math.min(LEAST_NAME, widthOf(name))
  let parts = partsOf(snapshot, style)
  const width = () => parts.reduce((sum, { text }) => sum + GAP.length + widthOf(text), 0)
  while (parts.length > 1 && least + width() > room) {
    const worst = Math.max(...parts.map(({ rank }) => rank))
    parts = parts.filter(({ rank }) => rank !== worst)
  }
  const left = room - width()
  // The bar takes what the name leaves, but the name only a third of the line while there is a bar.
  const withBar = snapshot.state !== 'error' && left - least >= LEAST_BAR + GAP.length
  const nameRoom = withBar
    ? Math.max(least, Math.min(widthOf(name), Math.floor(room / 3), left - LEAST_BAR - GAP.length))
    : Math.max(0, left)
  const shown = pad(shorten(printable(name, style), nameRoom, style), withBar ? nameRoom : 0)
  const barRoom = Math.min(MOST_BAR, left - nameRoom - GAP.length)
  const color =
    snapshot.state === 'error' ? COLORS.error : snapshot.progress >= 1 ? COLORS.done : COLORS.working
  const columnsOf = [
    ...(shown === '' ? [] : [shown]),
    ...(withBar ? [paint(progressBar(snapshot.progress, barRoom, style), color, style)] : []),
    ...parts.map(({ text }) => (snapshot.state === 'error' ? paint(text, color, style) : text)),
  ]
  // A part alone may be wider than the narrowest terminal.
  return parts.length === 1 && left < 0 ? shorten(parts[0]!.text, room, style) : columnsOf.join(GAP)
}

/** `████░░░░`: a fraction as a bar of so many columns. */
export function progressBar(fraction: number, columns: number, { unicode }: TerminalStyle): string {
  const [full, rest] = unicode ? ['█', '░'] : ['#', '-']
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * columns)
  return full.repeat(filled) + rest.repeat(columns - filled)
}

/** The same as a plain sentence, for pipes. */
export function plainLine(name: string, snapshot: Snapshot): string {
  const parts = partsOf(snapshot, { unicode: false, color: false })
  return `${name}: ${parts.map(({ text }) => text.trim()).join(', ')}`
}

function partsOf(snapshot: Snapshot, style: TerminalStyle): Part[] {
  const { state, progress, downloadBytesPerSecond, uploadBytesPerSecond, peers, etaSeconds, error } = snapshot
  const percent = { text: formatPercent(progress).padStart(6), rank: 0 }
  const [down, up] = style.unicode ? ['↓ ', '↑ '] : ['down ', 'up ']
  const upload = uploadBytesPerSecond >= 1 ? [{ text: up + formatRate(uploadBytesPerSecond), rank: 3 }] : []
  const connected = { text: count(peers, 'peer'), rank: 4 }
  switch (state) {
    case 'error':
      return [{ text: printable(error ?? 'failed', style), rank: 0 }]
    case 'metadata':
      return [{ text: 'looking for peers that know it', rank: 0 }, connected]
    case 'paused':
      return [percent, { text: 'paused', rank: 1 }]
    case 'closed':
      return [percent, { text: 'stopped', rank: 1 }]
    case 'checking':
      return [...(progress === 0 ? [] : [percent]), { text: 'checking', rank: 0 }]
    case 'hashing': {
      if (progress === 0) return [{ text: 'hashing', rank: 0 }]
      const eta = etaSeconds === null ? [] : [{ text: `${formatDuration(etaSeconds)} left`, rank: 2 }]
      return [
        percent,
        { text: 'hashing', rank: 1 },
        { text: formatRate(downloadBytesPerSecond), rank: 3 },
        ...eta,
      ]
    }
    case 'seeding':
      return [
        { text: 'seeding', rank: 0 },
        { text: formatBytes(snapshot.wantedBytes), rank: 5 },
        ...upload,
        connected,
      ]
    case 'downloading': {
      const eta = etaSeconds === null ? [] : [{ text: `${formatDuration(etaSeconds)} left`, rank: 2 }]
      const rate = { text: down + formatRate(downloadBytesPerSecond), rank: 1 }
      return [percent, rate, ...upload, connected, ...eta]
    }
  }
}

function paint(text: string, color: number, { color: wanted }: TerminalStyle): string {
  return wanted ? `\u001b[${color}m${text}\u001b[0m` : text
}
