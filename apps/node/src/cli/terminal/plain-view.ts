import { texts } from '../texts.ts'
/**
 * The view in a pipe: a line when an item changes its state, and one every few seconds while there
 * is progress.
 */

import { formatPercent, formatRate } from '../format.ts'
import type { Output } from '../output.ts'
import { plainLine } from './progress-line.ts'
import type { Item, Snapshot, View } from './view.ts'

const LOOK_MS = 250
const PROGRESS_MS = 5000
const WORKING = new Set<Snapshot['state']>(['downloading', 'checking', 'hashing', 'moving', 'metadata'])

export class PlainView implements View {
  readonly #output: Output
  readonly #states = new Map<Item, Snapshot['state']>()
  readonly #timer: NodeJS.Timeout
  #nextProgressMs = performance.now() + PROGRESS_MS
  #lastProgress = ''

  constructor(output: Output) {
    this.#output = output
    this.#timer = setInterval(() => this.refresh(), LOOK_MS)
  }

  add(item: Item): void {
    this.#states.set(item, 'paused')
    this.#look(item, item.snapshot())
  }

  remove(item: Item): void {
    this.#states.delete(item)
  }

  tell(text: string): void {
    if (text !== '') for (const line of text.split('\n')) this.#output.line(line)
  }

  refresh(): void {
    const working: [Item, Snapshot][] = []
    for (const item of this.#states.keys()) {
      const snapshot = item.snapshot()
      if (!this.#look(item, snapshot) && isWorking(snapshot)) working.push([item, snapshot])
    }
    if (performance.now() < this.#nextProgressMs) return
    this.#nextProgressMs = performance.now() + PROGRESS_MS
    const line = summary(working)
    if (line !== '' && line !== this.#lastProgress) this.#output.line(line)
    this.#lastProgress = line
  }

  /** Whether the state has changed and must be printed. */
  #look(item: Item, snapshot: Snapshot): boolean {
    if (this.#states.get(item) === snapshot.state) return false
    this.#states.set(item, snapshot.state)
    this.#output.line(plainLine(item.name, snapshot))
    return true
  }

  close(): void {
    clearInterval(this.#timer)
    this.refresh()
  }
}

/** Summarizes all active items in one line. */
function summary(working: readonly [Item, Snapshot][]): string {
  const [first] = working
  if (!first) return ''
  if (working.length === 1) return plainLine(first[0].name, first[1])
  const sum = (of: (snapshot: Snapshot) => number) => working.reduce((total, [, each]) => total + of(each), 0)
  const wanted = sum(each => each.wantedBytes)
  const progress = wanted === 0 ? 0 : sum(each => each.wantedBytes * each.progress) / wanted
  const rate = formatRate(sum(each => each.downloadBytesPerSecond))
  return texts.progress.working({
    count: working.length,
    progress: formatPercent(progress),
    rate,
    peers: texts.format.peers({ count: sum(each => each.peers) }),
  })
}

function isWorking({ state }: Snapshot): boolean {
  return WORKING.has(state)
}
