/** For programs: an object a line. `progress` when an item changes its state, and every second while its numbers change. */
import type { Output } from '../cli/output.ts'
import type { Item, Snapshot, View } from './view.ts'

const LOOK_MS = 250
const PROGRESS_MS = 1000

export class JsonView implements View {
  readonly #output: Output
  readonly #items = new Map<Item, { state: string; text: string; nextMs: number }>()
  readonly #timer: NodeJS.Timeout

  constructor(output: Output) {
    this.#output = output
    this.#timer = setInterval(() => this.refresh(), LOOK_MS)
  }

  add(item: Item): void {
    this.#items.set(item, { state: '', text: '', nextMs: 0 })
    this.refresh()
  }

  remove(item: Item): void {
    this.#items.delete(item)
  }

  tell(_text: string, event?: Readonly<Record<string, unknown>>): void {
    if (event) this.#output.object(event)
  }

  refresh(): void {
    const now = performance.now()
    for (const [item, told] of this.#items) {
      const snapshot = item.snapshot()
      if (snapshot.state === told.state && now < told.nextMs) continue
      const event = progressEvent(item, snapshot)
      const text = JSON.stringify(event)
      if (text === told.text) continue
      this.#items.set(item, { state: snapshot.state, text, nextMs: now + PROGRESS_MS })
      this.#output.object(event)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.refresh()
  }
}

function progressEvent({ id, name }: Item, snapshot: Snapshot): object {
  const { state, progress, haveBytes, wantedBytes, peers, seeds, etaSeconds, error } = snapshot
  return {
    event: 'progress',
    ...id,
    name,
    state,
    progress: Math.floor(progress * 10_000) / 10_000,
    haveBytes,
    wantedBytes,
    downloadBytesPerSecond: Math.round(snapshot.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(snapshot.uploadBytesPerSecond),
    peers,
    seeds,
    etaSeconds: etaSeconds === null ? null : Math.ceil(etaSeconds),
    ...(error !== undefined && { error }),
  }
}
