import { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { absentPieces } from '../../storage/plan-start.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Transfer } from '../../swarm/transfer.ts'
import type { Content } from './content.ts'

/** How often storage that refused bytes is tried again. */
const RETRY_WRITES_MS = 5000

/** Tries storage that refused bytes again, every few seconds, until there is room. */
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

  /** Resolves to whether storage has taken all that it refused. */
  retry(transfer: Transfer): Promise<boolean> {
    this.#nextMs = this.#clock.nowMs() + RETRY_WRITES_MS
    this.#running ??= transfer.retryWrites().finally(() => {
      this.#running = null
    })
    return this.#running
  }
}

/** Stamps of the files as they are now. Rejects with `not-found` when one is gone, or cut, that holds pieces that are had. */
export async function presentStamps({ have, layout, storage, metainfo }: Content): Promise<FileStamp[]> {
  // Pieces that are stored after this may be in a file that the stamps do not know yet.
  const before = Bitfield.from(have.bytes.slice(), have.length)!
  const stamps = await storage.stamps()
  const absent = absentPieces(stamps, layout)
  for (let piece = 0; piece < layout.pieceCount; piece++)
    if (absent.has(piece) && before.has(piece) && layout.dataSize(piece) > 0)
      throw new ShoalError(
        'not-found',
        `files of ${metainfo.info.name} were deleted or cut: put them back, then resume: what is missing is downloaded again`,
      )
  return stamps
}

/** What stops a torrent when the disk failed after it had taken bytes. */
export function flushFault(cause: unknown): ShoalError {
  const message = `${messageOf(cause).replace(/\.$/, '')}. What was written last may be lost: resume writes or fetches it again`
  return new ShoalError(cause instanceof ShoalError ? cause.code : 'io', message, { cause })
}

/** What stops a torrent when a piece that it has cannot be read. */
export function readFault(piece: number, cause: unknown): ShoalError {
  const message = `piece ${piece} cannot be read: ${messageOf(cause)}. Put the file back, then resume: what is there is checked`
  return new ShoalError('io', message, { cause })
}
