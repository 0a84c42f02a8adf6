import { texts } from '../texts.ts'
/** The view on a terminal: a line per item at the bottom, which is redrawn, with messages above. */

import { printable } from '@shoal/daemon/printable'
import { shorten, widthOf } from '../../base/width.ts'
import { formatRate } from '../format.ts'
import type { Terminal, TerminalStyle } from '../output.ts'
import { progressLine } from './progress-line.ts'
import { Redraw } from './redraw.ts'
import type { Item, Snapshot, View } from './view.ts'

const REDRAW_MS = 250
/** Up to this many items are redrawn after every change. */
const FEW_ITEMS = 50

/** Number of screen lines that are kept free. */
const ROWS_KEPT = 2

const ORDER: Readonly<Record<Snapshot['state'], number>> = {
  error: 0,
  hashing: 1,
  moving: 1,
  downloading: 2,
  checking: 3,
  metadata: 4,
  seeding: 5,
  queued: 6,
  paused: 7,
  complete: 8,
  closed: 9,
}

export class LiveView implements View {
  readonly #terminal: Terminal
  readonly #screen: Redraw
  readonly #items = new Set<Item>()
  readonly #timer: NodeJS.Timeout
  #drawnMs = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#screen = new Redraw(terminal)
    this.#timer = setInterval(() => this.refresh(), REDRAW_MS)
  }

  add(item: Item): void {
    this.#items.add(item)
    this.#refreshSoon()
  }

  remove(item: Item): void {
    this.#items.delete(item)
    this.#refreshSoon()
  }

  tell(text: string): void {
    if (text === '') return
    const lines = text.split('\n').map(line => `${printable(line, this.#terminal)}\n`)
    this.#screen.writeAbove(lines.join(''))
    this.#refreshSoon()
  }

  /**
   * Redraws now, unless there are many items and it was just done: a thousand items can be added
   * within a second.
   */
  #refreshSoon(): void {
    if (this.#items.size <= FEW_ITEMS || performance.now() - this.#drawnMs >= REDRAW_MS) this.refresh()
  }

  refresh(): void {
    this.#drawnMs = performance.now()
    const { columns, rows } = this.#terminal
    const lines = liveLines([...this.#items], columns - 1, Math.max(1, rows - ROWS_KEPT), this.#terminal)
    this.#screen.draw(lines)
  }

  close(): void {
    clearInterval(this.#timer)
    this.refresh()
    this.#screen.close()
  }
}

/** Returns at most `rows` lines: the most active items, and the number of the others. */
export function liveLines(
  items: readonly Item[],
  columns: number,
  rows: number,
  style: TerminalStyle,
): string[] {
  const all = items.map(item => ({ name: item.name, snapshot: item.snapshot() }))
  if (all.length <= rows) return progressLines(all, columns, style)
  all.sort(
    (a, b) =>
      ORDER[a.snapshot.state] - ORDER[b.snapshot.state] || totalRate(b.snapshot) - totalRate(a.snapshot),
  )
  const down = all.reduce((sum, { snapshot }) => sum + snapshot.downloadBytesPerSecond, 0)
  const up = all.reduce((sum, { snapshot }) => sum + snapshot.uploadBytesPerSecond, 0)
  const more = texts.progress.more({
    count: all.length - rows + 1,
    down: formatRate(down),
    up: formatRate(up),
  })
  return [
    ...progressLines(all.slice(0, rows - 1), columns, style),
    shorten(printable(more, style), columns, style),
  ]
}

function progressLines(
  shown: readonly { name: string; snapshot: Snapshot }[],
  columns: number,
  style: TerminalStyle,
): string[] {
  const nameColumns = Math.max(0, ...shown.map(({ name }) => widthOf(printable(name, style))))
  return shown.map(({ name, snapshot }) => progressLine(name, snapshot, { ...style, columns, nameColumns }))
}

function totalRate({ downloadBytesPerSecond, uploadBytesPerSecond }: Snapshot): number {
  return downloadBytesPerSecond + uploadBytesPerSecond
}
