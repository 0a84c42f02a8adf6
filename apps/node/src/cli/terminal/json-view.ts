/**
 * The view with `--json`: one object per line. `progress` is printed when an item changes its
 * state, and once per second while its numbers change.
 */
import type { Output } from '../output.ts'
import type { Item, Snapshot, View } from './view.ts'

const LOOK_MS = 250
const PROGRESS_MS = 1000

interface Told {
  /** The progress that was last printed; null at first. */
  snapshot: Snapshot | null
  /** Nothing is printed before this time, unless the state changes. */
  nextMs: number
}

export class JsonView implements View {
  readonly #output: Output
  readonly #items = new Map<Item, Told>()
  readonly #timer: NodeJS.Timeout

  constructor(output: Output) {
    this.#output = output
    this.#timer = setInterval(() => this.refresh(), LOOK_MS)
  }

  add(item: Item): void {
    const told: Told = { snapshot: null, nextMs: 0 }
    this.#items.set(item, told)
    this.#look(item, told, performance.now())
  }

  remove(item: Item): void {
    this.#items.delete(item)
  }

  tell(_text: string, event?: Readonly<Record<string, unknown>>): void {
    if (event) this.#output.object(event)
  }

  refresh(): void {
    const now = performance.now()
    for (const [item, told] of this.#items) this.#look(item, told, now)
  }

  #look(item: Item, told: Told, now: number): void {
    const snapshot = item.snapshot()
    const before = told.snapshot
    if (before && snapshot.state === before.state && (now < told.nextMs || isSame(snapshot, before))) return
    told.snapshot = snapshot
    told.nextMs = now + PROGRESS_MS
    this.#output.object(progressEvent(item, snapshot))
  }

  close(): void {
    clearInterval(this.#timer)
    this.refresh()
  }
}

/** Checked before creating an object, because there can be thousands of idle torrents. */
function isSame(a: Snapshot, b: Snapshot): boolean {
  return (
    a.progress === b.progress &&
    a.haveBytes === b.haveBytes &&
    a.wantedBytes === b.wantedBytes &&
    a.downloadBytesPerSecond === b.downloadBytesPerSecond &&
    a.uploadBytesPerSecond === b.uploadBytesPerSecond &&
    a.peers === b.peers &&
    a.seeds === b.seeds &&
    a.reason === b.reason &&
    a.error === b.error
  )
}

function progressEvent({ id, name }: Item, snapshot: Snapshot): object {
  const { state, progress, haveBytes, wantedBytes, peers, seeds, etaSeconds, error, reason } = snapshot
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
    ...(reason && { reason }),
    ...(error !== undefined && { error }),
  }
}
