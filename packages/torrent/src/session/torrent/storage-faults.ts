import { missingFiles } from '#own-files'
import { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { absentPieces } from '../../storage/record/plan-start.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Transfer } from '../../swarm/pieces/transfer.ts'
import type { Content } from './content.ts'

/** Interval between retries of writes that storage refused. */
const RETRY_WRITES_MS = 5000

/** Retries writes that storage refused, every few seconds, until there is room. */
export class WriteRetries {
  readonly #clock: Clock
  #nextMs: number
  #running: Promise<boolean> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#nextMs = clock.nowMs() + RETRY_WRITES_MS
  }

  get isDue(): boolean {
    return this.#running === null && this.#clock.nowMs() >= this.#nextMs
  }

  /** Resolves to whether storage accepted everything that it had refused. */
  retry(transfer: Transfer): Promise<boolean> {
    this.#nextMs = this.#clock.nowMs() + RETRY_WRITES_MS
    this.#running ??= transfer.retryWrites().finally(() => {
      this.#running = null
    })
    return this.#running
  }
}

/**
 * The current stamps of the files that are, or may be, the torrent's own, or hold a piece of it:
 * for thousands of files that are still to be downloaded, nothing is recorded.
 */
export function stampsToRecord({ storage, layout, have }: Content): Promise<FileStamp[]> {
  const { own } = storage
  if (!own) return storage.stamps()
  const only = (file: number) => {
    if (own.has(file) || own.isDoubted(file)) return true
    const { first, end } = layout.piecesOf(file)
    for (let piece = first; piece < end; piece++) if (have.has(piece)) return true
    return false
  }
  return storage.stamps({ only })
}

/**
 * The same stamps. Rejects with `not-found` if one that holds verified pieces is missing or
 * truncated.
 */
export async function presentStamps(content: Content): Promise<FileStamp[]> {
  const { have, layout } = content
  // Pieces stored after this point may be in a file that the stamps do not include yet.
  const before = Bitfield.from(have.bytes.slice(), have.length)!
  const stamps = await stampsToRecord(content)
  const absent = absentPieces(stamps, layout)
  for (let piece = 0; piece < layout.pieceCount; piece++)
    if (absent.has(piece) && before.has(piece) && layout.dataSize(piece) > 0)
      throw await missingFiles(content, stamps)
  return stamps
}

/** Differs from the stamp of every file that exists. */
const NO_STAMP: FileStamp = { size: -1, mtimeNs: '0' }

/**
 * The known stamps of the torrent's own files. A file that others created or changed has none, so
 * that a later comparison of the stamps leads to a check.
 */
export function unchangedStamps({ storage }: Content, stamps: readonly FileStamp[]): FileStamp[] {
  const { changes, own } = storage
  const isOurs = (stamp: FileStamp, file: number) =>
    stamp.isApart || !own || own.has(file) || own.isBelieved(file)
  return stamps.map((stamp, file) => (changes?.files.has(file) || !isOurs(stamp, file) ? NO_STAMP : stamp))
}

/** The error that stops a torrent when a flush fails. */
export function flushFault(cause: unknown): ShoalError {
  const message = `${messageOf(cause).replace(/\.$/, '')}. The last writes may be lost: resume writes or fetches them again`
  return new ShoalError(cause instanceof ShoalError ? cause.code : 'io', message, { cause })
}

/** The error that stops a torrent when a piece that it has cannot be read. */
export function readFault(piece: number, cause: unknown): ShoalError {
  const message = `piece ${piece} cannot be read: ${messageOf(cause)}. Put the file back, then resume, which checks the files`
  const isMissing = cause instanceof ShoalError && cause.code === 'not-found'
  return new ShoalError(isMissing ? 'not-found' : 'io', message, { cause })
}
