import type { TorrentEvents, TorrentState } from '../../api.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import { Deferred } from './deferred.ts'

/**
 * `idle`: not started, or stopped by an error before it ran. `fetching`: its metadata is being
 * fetched. `running`: checked, so pieces can be transferred.
 */
export type Phase = 'idle' | 'fetching' | 'checking' | 'running' | 'closed'
export type Emit = <Name extends keyof TorrentEvents & string>(
  name: Name,
  ...args: TorrentEvents[Name]
) => void

/**
 * The phase a torrent is in, its state as the public API shows it, and the promises that settle
 * when it advances.
 */
export class Lifecycle {
  phase: Phase = 'idle'
  paused = true
  /** Whether all wanted pieces are verified and stored. */
  completed = false
  /** Why the torrent stopped. */
  error: Error | null = null
  readonly #emit: Emit
  #shown: TorrentState = 'paused'
  #waiters: { readonly metadata: Deferred<Info>; readonly complete: Deferred<void> } | null = null

  constructor(emit: Emit) {
    this.#emit = emit
  }

  get isClosed(): boolean {
    return this.phase === 'closed'
  }

  /** Whether the torrent accepts no peers: it is paused, closed or stopped by an error. */
  get isAtRest(): boolean {
    return this.paused || this.error !== null || this.isClosed
  }

  state(hasMetadata: boolean, needsHashes: boolean): TorrentState {
    if (this.phase === 'closed') return 'closed'
    if (this.error) return 'error'
    if (this.phase === 'checking') return 'checking'
    if (this.paused) return 'paused'
    if (this.phase !== 'running') return hasMetadata ? 'checking' : 'metadata'
    if (this.completed) return 'seeding'
    return needsHashes ? 'metadata' : 'downloading'
  }

  /** Emits the state if it differs from the last one emitted. */
  show(state: TorrentState): void {
    if (state === this.#shown) return
    this.#shown = state
    this.#emit('state', state)
  }

  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error))
    this.#emit('error', this.error)
    this.#rejectAll(this.error)
  }

  /** Returns the error with which all waiting promises reject. */
  close(): ShoalError {
    this.phase = 'closed'
    const closed = closedError()
    this.#rejectAll(closed)
    return closed
  }

  learned(info: Info): void {
    this.#emit('metadata', info)
    this.#waiters?.metadata.resolve(info)
  }

  /** Returns false if the torrent was complete already. */
  complete(): boolean {
    if (this.completed) return false
    this.completed = true
    this.#emit('complete')
    this.#waiters?.complete.resolve()
    return true
  }

  async whenMetadata(signal: AbortSignal | undefined): Promise<Info> {
    return this.#wait().metadata.wait(signal)
  }

  async whenComplete(signal: AbortSignal | undefined): Promise<void> {
    if (this.completed && !this.isClosed) return
    return this.#wait().complete.wait(signal)
  }

  /** Throws if the torrent is closed or stopped by an error. */
  #wait() {
    if (this.isClosed) throw closedError()
    if (this.error) throw this.error
    this.#waiters ??= { metadata: new Deferred<Info>(), complete: new Deferred<void>() }
    return this.#waiters
  }

  #rejectAll(error: Error): void {
    this.#waiters?.metadata.reject(error)
    this.#waiters?.complete.reject(error)
  }
}

function closedError(): ShoalError {
  return new ShoalError('closed', 'the torrent was closed')
}
