import { judgeFiles, mustBePresent, trustFiles } from '#own-files'
import { Bitfield } from '../../base/bitfield.ts'
import { equalBytes } from '../../base/bytes.ts'
import { recheck } from '../../hash/recheck.ts'
import { planStart } from '../../storage/record/plan-start.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Content } from './content.ts'
import type { FilesContext, KnownProgress } from './file-claims.ts'

export interface CheckOptions {
  /** Determines which files are the torrent's own. */
  readonly files: FilesContext
  /** The record of an earlier run, or the state before others changed files. */
  readonly progress: KnownProgress | null
  /** Hash everything, regardless of the record. */
  readonly thorough: boolean
  /** Assume that everything is in place. */
  readonly trusted: boolean
  /** Whether the user knows that files are missing, and wants them to be downloaded again. */
  readonly accepted: boolean
  /** Informs storage which files are wanted. */
  readonly setWanted: () => Promise<void>
  /** Lets the requester of the check cancel it. */
  readonly signal: AbortSignal | undefined
}

/** The phase in which a torrent determines which pieces it has. Each check is a new object. */
export class Checking {
  /** 0 to 1. */
  progress = 0
  /** Files, by index among all, that were changed since the record. */
  readonly changed = new Set<number>()
  /**
   * Paths of files of a new torrent that are stored under other names, because files that belong
   * to others have theirs.
   */
  readonly avoided = new Map<number, readonly string[]>()
  readonly #abort = new AbortController()
  #running: Promise<boolean> | null = null

  get isStopped(): boolean {
    return this.#abort.signal.aborted
  }

  /** Throws the reason of `stop`. */
  mustGoOn(): void {
    this.#abort.signal.throwIfAborted()
  }

  /**
   * Sets the pieces that are present in `content.have`. Resolves to whether that is worth
   * recording. Rejects with the reason of `stop` or of the signal, or with the error of storage;
   * `content.have` is then unchanged.
   */
  run(content: Content, options: CheckOptions): Promise<boolean> {
    this.#running = this.#run(content, options)
    return this.#running
  }

  /** Resolves when no more reads are in progress. */
  async stop(reason: Error): Promise<void> {
    this.#abort.abort(reason)
    await this.#running?.catch(() => {})
  }

  async #run(content: Content, options: CheckOptions): Promise<boolean> {
    const { have, selection, storage } = content
    const own = this.#abort.signal
    const before = have.bytes.slice()
    const { isChecked } = content
    content.isChecked = false
    try {
      if (!selection.isDefault) await options.setWanted()
      own.throwIfAborted()
      have.clearAll()
      if (options.trusted && !options.thorough) {
        const stamps = await storage.stamps({ signal: own })
        storage.changes?.verified(stamps)
        const trusting = trustFiles(content, stamps)
        if (trusting) await trusting
        own.throwIfAborted()
        have.setAll()
        content.isForeign = true
        content.isChecked = true
        return false
      }
      const signal = options.signal ? AbortSignal.any([own, options.signal]) : own
      const news = await this.#findPieces(content, options, signal)
      own.throwIfAborted()
      if (news) content.isForeign = true
      content.isChecked = true
      return news
    } catch (error) {
      restore(have, before)
      content.isChecked = isChecked
      throw error
    }
  }

  /**
   * Trusts files that match their record and hashes the pieces of all others; reads nothing if a
   * file does not exist. Resolves to whether the result differs from the record.
   */
  async #findPieces(content: Content, options: CheckOptions, signal: AbortSignal): Promise<boolean> {
    const { layout, storage, have } = content
    const { files, progress } = options
    const { pool } = files
    const stamps = await storage.stamps({ signal })
    if (!options.accepted && !options.thorough) await mustBePresent(content, progress, stamps)
    for (const file of changedFiles(content, progress, stamps)) this.changed.add(file)
    const { trusted, pieces } = planCheck(content, options, stamps)
    for (let piece = 0; piece < layout.pieceCount; piece++) if (trusted?.has(piece)) have.set(piece)
    if (pieces.length > 0) {
      const right = await recheck(
        { ...content.recheckJob, pool, pieces },
        {
          signal,
          onProgress: ({ doneBytes, totalBytes }) => {
            this.progress = totalBytes === 0 ? 1 : doneBytes / totalBytes
          },
        },
      )
      for (const piece of pieces) if (right.has(piece)) have.set(piece)
    }
    const { avoided } = this
    storage.changes?.verified(await judgeFiles(files, content, { stamps, known: progress, avoided }, signal))
    return pieces.length > 0 || this.avoided.size > 0 || !isRecorded(have, progress)
  }
}

/** One check that several callers wait for. It is cancelled when all of them have given up. */
export class SharedCheck {
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  #waiting = 0
  /** Whether it hashes everything. */
  readonly thorough: boolean

  constructor(thorough: boolean, check: (signal: AbortSignal) => Promise<void>) {
    this.thorough = thorough
    this.#done = check(this.#abort.signal)
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted
  }

  /**
   * Waits for the check. Rejects with its error, or with the signal's reason; for the last waiting
   * caller, only when the check has ended.
   */
  async join(signal?: AbortSignal): Promise<void> {
    this.#waiting++
    if (!signal) return this.#done
    const { promise: left, reject: leave } = Promise.withResolvers<never>()
    const onAbort = () => {
      if (--this.#waiting > 0) leave(signal.reason)
      else this.#abort.abort(signal.reason)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#done, left])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Resolves when the check has ended. */
  async settled(): Promise<void> {
    await this.#done.catch(() => {})
  }
}

/** Decides which pieces to trust and which to hash, in ascending order. */
function planCheck(
  { layout, storage }: Content,
  { progress, thorough }: CheckOptions,
  stamps: readonly FileStamp[],
) {
  // Storage in memory has no stamps that could show where there is data.
  if (thorough && storage.segments(0, 0) === null)
    return { trusted: null, pieces: Array.from({ length: layout.pieceCount }, (_, piece) => piece) }
  const { trusted, recheck: ranges } = planStart(thorough ? null : progress, stamps, layout)
  const pieces = ranges.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))
  return { trusted, pieces }
}

/** Files that exist but differ from their record, or that storage saw change. */
function changedFiles(
  { storage }: Content,
  progress: KnownProgress | null,
  stamps: readonly FileStamp[],
): number[] {
  const before = progress?.stamps ?? []
  const isChanged = ({ size, mtimeNs }: FileStamp, file: number) =>
    storage.changes?.files.has(file) ||
    (before.length === stamps.length && (before[file]!.size !== size || before[file]!.mtimeNs !== mtimeNs))
  return stamps.flatMap((stamp, file) => (stamp.size >= 0 && isChanged(stamp, file) ? [file] : []))
}

function isRecorded(have: Bitfield, progress: KnownProgress | null): boolean {
  return progress?.had !== null && progress?.had !== undefined && equalBytes(have.bytes, progress.had)
}

function restore(have: Bitfield, bytes: Uint8Array): void {
  const before = Bitfield.from(bytes, have.length)
  have.clearAll()
  for (let piece = 0; piece < have.length; piece++) if (before?.has(piece)) have.set(piece)
}
