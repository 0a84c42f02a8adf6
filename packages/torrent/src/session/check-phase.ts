import { ShoalError } from '../base/errors.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import { Checking } from './checking.ts'
import type { Content } from './content.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { TorrentPlace } from './torrent-origin.ts'

/** What the checks of a torrent need of it, and report. */
export interface CheckHost {
  readonly life: Lifecycle
  readonly place: TorrentPlace
  readonly hashPool: HashPool
  /** Stops all transfer; resolves when nothing is written any more. */
  endWork(): Promise<void>
  /** `content.have` says what is here: bytes may move. */
  onChecked(content: Content): void
  onFault(error: unknown): void
  /** Something that is recorded changed. */
  touch(): void
  /** The state may have changed. */
  show(): void
}

/** The phase in which a torrent finds out what of it is here: at its start, and when somebody asks for it. */
export class CheckPhase {
  readonly #host: CheckHost
  #current: Checking | null = null

  constructor(host: CheckHost) {
    this.#host = host
  }

  /** 0 to 1. */
  get progress(): number {
    return this.#current?.progress ?? 0
  }

  /** Begins the check of a torrent that starts. What goes wrong shows in the torrent's state. */
  begin(content: Content): void {
    this.#check(content, { thorough: false }).catch(() => {})
  }

  /** Hashes everything. Rejects with the signal's reason, after which all is as it was, or with what storage says. */
  async again(content: Content, signal: AbortSignal | undefined): Promise<void> {
    const host = this.#host
    const { life } = host
    const wasChecked = life.phase === 'running' && content.isChecked
    life.phase = 'checking'
    life.error = null
    host.show()
    await Promise.all([host.endWork(), this.stop(new ShoalError('cancelled', 'another check began'))])
    if (life.isClosed) return
    try {
      await this.#check(content, { signal, thorough: true })
    } catch (error) {
      if (signal?.aborted && host.life.phase === 'idle') {
        if (wasChecked) host.onChecked(content)
        else if (!life.paused) this.begin(content)
        host.show()
      }
      throw error
    }
  }

  /** Resolves when nothing is read any more. */
  async stop(reason: Error): Promise<void> {
    await this.#current?.stop(reason)
  }

  async #check(
    content: Content,
    { signal, thorough }: { signal?: AbortSignal | undefined; thorough: boolean },
  ): Promise<void> {
    const host = this.#host
    const { progress, trusted } = host.place
    const checking = new Checking()
    this.#current = checking
    host.life.phase = 'checking'
    host.show()
    try {
      const pool = host.hashPool
      if (await checking.run(content, { pool, progress, trusted, thorough, signal })) host.touch()
    } catch (error) {
      // Who stopped the check goes on from here.
      if (checking.isStopped) throw error
      this.#current = null
      host.life.phase = 'idle'
      if (!signal?.aborted) host.onFault(error)
      throw error
    }
    this.#current = null
    host.onChecked(content)
  }
}
