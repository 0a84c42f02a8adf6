import type { SwarmEvents } from '../../swarm/swarm-context.ts'
import type { SessionContext } from '../context.ts'
import { FlushRetry } from './flush-retry.ts'
import type { TorrentNetwork } from './network.ts'
import type { Running } from './running.ts'
import { WriteRetries } from './storage-faults.ts'
import type { TorrentData } from './torrent-data.ts'

export interface RecoveryOptions {
  readonly context: Pick<SessionContext, 'clock' | 'storage'>
  readonly data: TorrentData
  readonly network: TorrentNetwork
  /** Everything that a failed flush put at risk is on the disk. */
  readonly onFlushed: () => void
  /** A failed flush lost some pieces: a check must determine which. */
  readonly onFlushLost: () => void
  readonly log: SwarmEvents['log']
}

/** Stops a torrent when its storage fails, and resumes it when storage accepts writes again. */
export class Recovery {
  readonly #options: RecoveryOptions
  /** Not null while storage refuses writes. */
  #writes: WriteRetries | null = null
  /** Not null while a failed flush may have lost earlier writes. */
  #flush: FlushRetry | null = null

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** Whether a failed flush waits for a retry. Until then no progress is worth recording. */
  get isFlushPending(): boolean {
    return this.#flush !== null
  }

  /**
   * The disk no longer holds the pieces in `have`: the torrent stops until it is checked or
   * flushed.
   */
  onFault(error: unknown): void {
    const { data, network } = this.#options
    const { content, lifecycle } = data
    if (content) content.isChecked = false
    if (lifecycle.isClosed) return
    network.swarm?.pause()
    if (!lifecycle.error) data.fail(error)
    network.wake()
  }

  /** Storage refused bytes: the write is retried after a while. */
  onWriteError(error: unknown): void {
    this.#writes ??= new WriteRetries(this.#options.context.clock)
    this.#options.data.fail(error)
  }

  /** A flush failed: it is retried after a while, or when the user resumes the torrent. */
  onFlushError(fault: FlushRetry['fault']): void {
    this.#flush ??= new FlushRetry(this.#options.context.clock, fault)
    this.onFault(fault)
  }

  /** Once a second. */
  tick(): void {
    const { running } = this.#options.network
    if (running?.transfer.writer.isStuck && this.#writes?.isDue) void this.#retryWrites(running)
    if (this.#flush?.isDue) this.retryFlush()
  }

  /**
   * Retries a flush that may have lost data; until that succeeds the torrent stays stopped.
   * Returns false if no flush failed.
   */
  retryFlush(): boolean {
    if (!this.#flush) return false
    void this.#retryFlush(this.#flush)
    return true
  }

  /** Resumes a torrent that a write error stopped. Returns false if storage refused nothing. */
  retryWrites(): boolean {
    const { running } = this.#options.network
    if (!running?.transfer.writer.isStuck) return false
    running.swarm.resume()
    // If storage refuses again, the torrent stops again.
    void this.#retryWrites(running)
    return true
  }

  /** A full check starts, so there is nothing left to retry. */
  giveUp(): void {
    this.#flush = null
    this.#writes = null
  }

  /** Resolves when no flush is being retried. */
  async settled(): Promise<void> {
    await this.#flush?.settled()
  }

  async #retryWrites(running: Running): Promise<void> {
    const { context, network } = this.#options
    const retries = this.#writes ?? new WriteRetries(context.clock)
    this.#writes = retries
    if (!(await retries.retry(running.transfer)) || running !== network.running) return
    this.#writes = null
    this.#recovered()
    running.swarm.updateInterest()
  }

  async #retryFlush(retry: FlushRetry): Promise<void> {
    const { context, data, onFlushed, onFlushLost } = this.#options
    const { content, lifecycle } = data
    const outcome = content ? await retry.retry(content, context.storage.hashPool) : 'refused'
    // Another attempt, or a full check, came first.
    if (this.#flush !== retry || lifecycle.isClosed) return
    if (outcome === 'refused') return this.onFault(retry.fault)
    this.#flush = null
    if (!content || outcome === 'lost') return onFlushLost()
    content.unflushed = null
    content.isChecked = true
    this.#recovered()
    onFlushed()
  }

  #recovered(): void {
    const { data, network, log } = this.#options
    const { lifecycle } = data
    if (lifecycle.phase !== 'running') return
    lifecycle.error = null
    log('storage accepts writes again: the torrent resumes')
    if (!lifecycle.paused) network.run()
    data.show()
  }
}
