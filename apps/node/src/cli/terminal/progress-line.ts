import { texts } from '../texts.ts'
/** The line that shows the progress of a torrent, as wide as the terminal. */

import { printable } from '@shoal/daemon/printable'
import { pad, shorten, widthOf } from '../../base/width.ts'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../format.ts'
import type { TerminalStyle } from '../output.ts'
import type { Snapshot } from './view.ts'

const GAP = '  '
const LEAST_NAME = 12
const LEAST_BAR = 10
const MOST_BAR = 40
const HAS_BAR = new Set<Snapshot['state']>([
  'downloading',
  'checking',
  'hashing',
  'moving',
  'queued',
  'paused',
])
const ARROWS = {
  down: ({ rate }: { rate: string }) => `↓ ${rate}`,
  up: ({ rate }: { rate: string }) => `↑ ${rate}`,
}
const COLORS = { done: 32, working: 36, stalled: 33, error: 31 } as const

/**
 * A part of the line. If the terminal is narrow, parts of the highest `rank` are left out first.
 */
interface Part {
  readonly text: string
  readonly rank: number
}

export interface LineOptions extends TerminalStyle {
  /** Width of the terminal. The line is never longer. */
  readonly columns: number
  /** Width of names if it fits, so that several lines are aligned. Default: the name's width. */
  readonly nameColumns?: number
}

export function progressLine(name: string, snapshot: Snapshot, options: LineOptions): string {
  const { state, progress } = snapshot
  const room = Math.max(1, options.columns)
  const shown = printable(name, options)
  const wanted = Math.min(options.nameColumns ?? widthOf(shown), Math.floor(room / 3))
  const least = Math.min(LEAST_NAME, wanted)
  const right = fittingParts(printableParts(snapshot, options), room - least - GAP.length)
  const left = room - widthOf(right) - GAP.length
  const working = snapshot.reason ? COLORS.stalled : COLORS.working
  const color = state === 'error' ? COLORS.error : progress >= 1 ? COLORS.done : working
  const end = state === 'error' ? paint(right, color, options) : right
  if (left < 1) return shorten(right, room, options)
  const barRoom = Math.min(MOST_BAR, left - Math.max(least, wanted) - GAP.length)
  if (!HAS_BAR.has(state) || barRoom < LEAST_BAR)
    return pad(shorten(shown, left, options), Math.min(wanted, left)) + GAP + end
  const bar = paint(progressBar(progress, barRoom, options), color, options)
  return [pad(shorten(shown, wanted, options), wanted), bar, end].join(GAP)
}

/** Draws a fraction as a bar: `████░░░░`. */
export function progressBar(fraction: number, columns: number, { unicode }: TerminalStyle): string {
  const [full, rest] = unicode ? ['█', '░'] : ['#', '-']
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * columns)
  return full.repeat(filled) + rest.repeat(columns - filled)
}

/** The same for pipes: `film: 45.2 %, down 1.00 MB/s, 3 peers`. */
export function plainLine(name: string, snapshot: Snapshot): string {
  const parts = describeParts(snapshot, { unicode: false, color: false })
  return `${name}: ${parts.map(({ text }) => text.trim()).join(', ')}`
}

function printableParts(snapshot: Snapshot, style: TerminalStyle): Part[] {
  return describeParts(snapshot, style).map(({ text, rank }) => ({ text: printable(text, style), rank }))
}

function describeParts(snapshot: Snapshot, style: TerminalStyle): Part[] {
  const { state, progress, downloadBytesPerSecond, uploadBytesPerSecond, peers, etaSeconds, error } = snapshot
  const percent = { text: formatPercent(progress).padStart(6), rank: 0 }
  const { down, up } = style.unicode ? ARROWS : texts.progress
  const upload =
    uploadBytesPerSecond >= 1 ? [{ text: up({ rate: formatRate(uploadBytesPerSecond) }), rank: 3 }] : []
  const why = snapshot.reason ? [{ text: texts.reasons[snapshot.reason], rank: 1 }] : []
  // The reason already says it.
  const isAlone = snapshot.reason === 'no-peers' && peers === 0
  const connected = isAlone ? [] : [{ text: texts.format.peers({ count: peers }), rank: 4 }]
  switch (state) {
    case 'error':
      return [{ text: error ?? texts.progress.failed, rank: 0 }]
    case 'metadata':
      return [{ text: texts.progress.metadata, rank: 0 }, ...why, ...connected]
    case 'paused':
      return [percent, { text: texts.progress.paused, rank: 1 }]
    case 'queued':
      return [percent, { text: texts.progress.queued, rank: 1 }]
    case 'complete':
      return [{ text: texts.progress.complete, rank: 0 }]
    case 'closed':
      return [percent, { text: texts.progress.closed, rank: 1 }]
    case 'checking':
      return [...(progress === 0 ? [] : [percent]), { text: texts.progress.checking, rank: 0 }]
    case 'moving':
    case 'hashing': {
      if (progress === 0) return [{ text: texts.progress[state], rank: 0 }]
      return [
        percent,
        { text: texts.progress[state], rank: 1 },
        { text: formatRate(downloadBytesPerSecond), rank: 3 },
        ...timeLeft(etaSeconds),
      ]
    }
    case 'seeding':
      return [
        { text: texts.progress.seeding, rank: 0 },
        { text: formatBytes(snapshot.wantedBytes), rank: 5 },
        ...why,
        ...upload,
        ...connected,
      ]
    case 'downloading': {
      const rate = { text: down({ rate: formatRate(downloadBytesPerSecond) }), rank: 1 }
      return [percent, ...(why.length > 0 ? why : [rate]), ...upload, ...connected, ...timeLeft(etaSeconds)]
    }
  }
}

/**
 * Joins the parts, dropping the least important ones if they do not fit. At least one part is kept.
 */
function fittingParts(parts: readonly Part[], columns: number): string {
  const text = parts.map(part => part.text).join(GAP)
  const worst = Math.max(...parts.map(({ rank }) => rank))
  const fewer = parts.filter(({ rank }) => rank < worst)
  return widthOf(text) <= columns || fewer.length === 0 ? text : fittingParts(fewer, columns)
}

/** `5 s left`; nothing if the time is unknown. */
function timeLeft(etaSeconds: number | null): Part[] {
  return etaSeconds === null
    ? []
    : [{ text: texts.progress.timeLeft({ time: formatDuration(Math.ceil(etaSeconds)) }), rank: 2 }]
}

function paint(text: string, color: number, { color: wanted }: TerminalStyle): string {
  return wanted ? `\u001b[${color}m${text}\u001b[0m` : text
}
