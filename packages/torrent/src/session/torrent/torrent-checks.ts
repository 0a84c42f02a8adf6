import { ShoalError } from '../../base/errors.ts'
import { Checking, SharedCheck } from './checking.ts'
import type { Content } from './content.ts'
import type { KnownProgress } from './file-claims.ts'
import type { FilePlaces } from './file-places.ts'
import type { TorrentNetwork } from './network.ts'
import type { Recorder } from './recorder.ts'
import { presentStamps, unchangedStamps } from './storage-faults.ts'
import type { TorrentData } from './torrent-data.ts'

export interface ChecksOptions {
  readonly data: TorrentData
  readonly places: FilePlaces
  /** Null if the torrent is not recorded. */
  readonly recorder: Recorder | null
  readonly network: TorrentNetwork
  /** Another check starts, so there is nothing left to recover. */
  readonly onRecheck: () => void
  readonly onChecked: (content: Content) => void
  /** A file is missing or too short. */
  readonly onFault: (error: unknown) => void
}

export interface CheckKind {
  readonly signal?: AbortSignal | undefined
  readonly thorough: boolean
  /** Used instead of the record of an earlier run. */
  readonly known?: KnownProgress
  /** Whether missing files are downloaded again. */
  readonly accepted?: boolean
}

/**
 * Checks which pieces a torrent has: at its start, on request, and when others changed its files.
 * One check runs at a time.
 */
export class Checks {
  readonly #options: ChecksOptions
  #current: Checking | null = null
  /** The full check in progress, which other callers may join. */
  #recheck: SharedCheck | null = null

  constructor(options: ChecksOptions) {
    this.#options = options
  }

  /** Progress of the current check, 0 to 1. */
  get progress(): number {
    return this.#current?.progress ?? 0
  }

  /** Whether a check that other callers may join is in progress. */
  get isShared(): boolean {
    return this.#recheck !== null
  }

  /**
   * Hashes all pieces; a call joins a check in progress. Rejects with the signal's reason, after
   * which nothing has changed unless other callers still wait for the check, or with the error of
   * storage.
   */
  async recheck(signal?: AbortSignal): Promise<void> {
    await this.#shareCheck({ thorough: true }, signal)
  }

  /**
   * Checks the files that others changed, which are not served until then. Joins a check in
   * progress. Rejects with the error of storage.
   */
  async checkChanged(): Promise<void> {
    await this.#shareCheck({ thorough: false })
  }

  async #shareCheck({ thorough }: { thorough: boolean }, signal?: AbortSignal): Promise<void> {
    // A check of changed files ends without a result if some are missing.
    while (this.#recheck?.isCancelled || (thorough && this.#recheck?.thorough === false))
      await this.#recheck.settled()
    this.#recheck ??= new SharedCheck(thorough, shared =>
      this.#checkAgain(thorough, shared).finally(() => {
        this.#recheck = null
      }),
    )
    await this.#recheck.join(signal)
  }

  async #checkAgain(thorough: boolean, signal: AbortSignal): Promise<void> {
    const { data, network, onRecheck, onChecked } = this.#options
    const { lifecycle, content } = data
    if (!content || lifecycle.isClosed) return
    const wasChecked = lifecycle.phase === 'running' && content.isChecked
    if (!thorough && wasChecked) await this.#mustBePresent(content)
    if (data.lifecycle.isClosed) return
    lifecycle.phase = 'checking'
    lifecycle.error = null
    data.show()
    onRecheck()
    await Promise.all([network.end(), this.stop(new ShoalError('cancelled', 'another check began'))])
    if (data.lifecycle.isClosed) return
    try {
      // After an unfinished check, no piece of the torrent is known to be correct.
      if (thorough || !wasChecked) await this.run(content, { signal, thorough: true })
      else await this.run(content, { signal, thorough: false, known: await unchangedProgress(content) })
    } catch (error) {
      if (signal.aborted && data.lifecycle.phase === 'idle') {
        if (wasChecked) onChecked(content)
        else if (!lifecycle.paused) this.run(content, { thorough: false }).catch(() => {})
        data.show()
      }
      throw error
    }
  }

  /** A missing or truncated file stops the torrent: the user may restore it. */
  async #mustBePresent(content: Content): Promise<void> {
    try {
      await presentStamps(content)
    } catch (error) {
      this.#options.onFault(error)
      throw error
    }
  }

  /**
   * Checks the torrent, and takes it to its next phase. Rejects with the error of storage, or with
   * the reason of the signal or of `stop`.
   */
  async run(content: Content, { signal, thorough, known, accepted = false }: CheckKind): Promise<void> {
    const { data, places, recorder, onChecked } = this.#options
    const { lifecycle, place } = data
    const progress = known ?? place.progress
    const trusted = place.trusted && !known
    const before = content.shown.clone()
    const checking = new Checking()
    this.#current = checking
    lifecycle.phase = 'checking'
    data.show()
    try {
      const claiming = places.claim(content)
      if (claiming) await claiming
      const setWanted = () => places.setWanted(content)
      const options = { files: places, progress, trusted, thorough, accepted, setWanted, signal }
      try {
        if (await checking.run(content, options)) recorder?.touch()
      } finally {
        if (checking.avoided.size > 0) await places.noteAvoided(content, checking.avoided)
      }
      checking.mustGoOn()
    } catch (error) {
      // The caller that stopped the check decides what follows.
      if (checking.isStopped) throw error
      this.#current = null
      lifecycle.phase = 'idle'
      if (!signal?.aborted) data.fail(error)
      throw error
    }
    this.#current = null
    places.tellChanges(content, before, checking.changed)
    onChecked(content)
  }

  async stop(reason: Error): Promise<void> {
    await this.#current?.stop(reason)
  }
}

/** Returns the progress of a checked torrent, with the files that others changed as unknown. */
async function unchangedProgress(content: Content): Promise<KnownProgress> {
  const stamps = unchangedStamps(content, await content.storage.stamps())
  return { had: content.have.bytes.slice(), stamps }
}
