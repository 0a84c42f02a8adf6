import type { TorrentEvents, TorrentState } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { Milestones } from './milestones.ts'

/** `idle`: not begun, or stopped by an error before it ran. `running`: checked, so that bytes may move. */
export type Phase = 'idle' | 'metadata' | 'checking' | 'running' | 'closed'
export type Emit = <Name extends keyof TorrentEvents & string>(
  name: Name,
  ...args: TorrentEvents[Name]
) => void

/** Where a torrent is in its life, as others see it, and who waits for it to come further. */
export class Lifecycle {
  phase: Phase = 'idle'
  paused = true
  /** All that is wanted is here. */
  completed = false
  /** Why it stopped. */
  error: Error | null = null
  readonly #emit: Emit
  #shown: TorrentState = 'paused'
  #milestones: Milestones | null = null

  constructor(emit: Emit) {
    this.#emit = emit
  }

  get isClosed(): boolean {
    return this.phase === 'closed'
  }

  state(hasMetadata: boolean): TorrentState {
    if (this.phase === 'closed') return 'closed'
    if (this.error) return 'error'
    if (this.phase === 'checking') return 'checking'
    if (this.paused) return 'paused'
    if (this.phase !== 'running') return hasMetadata ? 'checking' : 'metadata'
    return this.completed ? 'seeding' : 'downloading'
  }

  /** Tells listeners when the state is another than they know. */
  show(state: TorrentState): void {
    if (state === this.#shown) return
    this.#shown = state
    this.#emit('state', state)
  }

  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error))
    this.#emit('error', this.error)
    this.#milestones?.fail(this.error)
  }

  close(): ShoalError {
    this.phase = 'closed'
    const closed = closedError()
    this.#milestones?.fail(closed)
    return closed
  }

  learned(info: Info): void {
    this.#emit('metadata', info)
    this.#milestones?.metadata.resolve(info)
  }

  /** False when it was complete already. */
  complete(): boolean {
    if (this.completed) return false
    this.completed = true
    this.#emit('complete')
    this.#milestones?.complete.resolve()
    return true
  }

  async whenMetadata(signal: AbortSignal | undefined): Promise<Info> {
    return this.#wait().metadata.wait(signal)
  }

  async whenComplete(signal: AbortSignal | undefined): Promise<void> {
    if (this.completed && !this.isClosed) return
    return this.#wait().complete.wait(signal)
  }

  /** Throws when it is closed or stopped by an error. */
  #wait(): Milestones {
    if (this.isClosed) throw closedError()
    if (this.error) throw this.error
    this.#milestones ??= new Milestones()
    return this.#milestones
  }
}

function closedError(): ShoalError {
  return new ShoalError('closed', 'the torrent was closed')
}
