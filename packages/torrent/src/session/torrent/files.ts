import { storedPaths } from '#own-files'
import type { FileCopy, TorrentFile } from '../../api.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { LimitChain } from '../../base/rate-limit.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { Content } from './content.ts'
import type { PieceDeadlines } from './deadlines.ts'
import { currentPath } from './relocation.ts'
import type { TorrentData } from './torrent-data.ts'

/** Number of bytes delivered at a time. */
const CHUNK_BYTES = 256 * 1024
/** Bytes ahead of the reader for which pieces get deadlines: a player's buffer. */
const WINDOW_BYTES = 8 * 1024 * 1024
/** The piece that the reader waits for is due at once, and each following piece this much later. */
const STEP_MS = 250

export interface StreamRange {
  readonly start?: number
  readonly end?: number
  readonly signal?: AbortSignal
  readonly sentTo?: string
}

/** Everything that the files of one torrent share. */
export interface FileContext {
  readonly clock: Clock
  readonly data: TorrentData
  readonly content: Content
  /** The deadlines of the torrent, which starts to work for them. */
  deadlines(): PieceDeadlines
  /** Checks the files that others changed. */
  checkChanged(): Promise<void>
  /** The other torrents of the session with a file, by its index among all. */
  copiesOf(file: number): readonly FileCopy[]
  /** The limits for data that is sent to a client at an IP address. */
  limitsFor(host: string): LimitChain
  /** Counts bytes that were sent to others. */
  onSent(bytes: number): void
}

/** One real file of a torrent, as the public API shows it. */
export class FileView implements TorrentFile {
  readonly index: number
  readonly #context: FileContext
  /** Index among all files, including pad files. */
  readonly #at: number

  constructor(index: number, at: number, context: FileContext) {
    this.index = index
    this.#at = at
    this.#context = context
  }

  get path(): readonly string[] {
    return this.#context.content.layout.files[this.#at]!.path
  }

  get currentPath(): readonly string[] {
    return currentPath(this.#context.data, this.#context.content, this.#at)
  }

  get storedPath(): readonly string[] {
    const { data, content } = this.#context
    const paths = storedPaths(data, content)
    return paths ? paths[this.#at]!.split('/') : this.currentPath
  }

  get lengthBytes(): number {
    return this.#context.content.layout.files[this.#at]!.lengthBytes
  }

  get piecesRoot(): Uint8Array | undefined {
    return this.#context.content.layout.files[this.#at]!.piecesRoot
  }

  get haveBytes(): number {
    return this.#context.content.haveBytesOf(this.#at)
  }

  get priority(): number {
    return this.#context.content.selection.priorityOf(this.#at)
  }

  get diskPath(): string | null {
    return this.#context.content.storage.pathOf(this.#at)
  }

  get copies(): readonly FileCopy[] {
    return this.#context.copiesOf(this.#at)
  }

  stream(range: StreamRange = {}): AsyncIterable<Uint8Array> {
    return streamFile(this.#context, this.#at, range)
  }
}

/**
 * Yields bytes `[start, end)` of one file in order, as they are verified. The pieces ahead of the
 * reader get deadlines, so that they are fetched first, and lose them when the reader leaves.
 * Throws `bad-argument` for a range outside the file.
 */
async function* streamFile(
  context: FileContext,
  file: number,
  range: StreamRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, sentTo } = range
  const limits = sentTo === undefined ? null : context.limitsFor(sentTo)
  const { layout, storage, have } = context.content
  const { offsetBytes, lengthBytes } = layout.files[file]!
  const { start, end } = checkedRange(range, lengthBytes)
  const expedited = new Map<number, () => void>()
  const pieceAt = (position: number) => Math.floor((offsetBytes + position) / layout.pieceLengthBytes)
  try {
    for (let at = start; at < end; ) {
      signal?.throwIfAborted()
      const piece = pieceAt(at)
      const last = pieceAt(Math.min(end, at + WINDOW_BYTES) - 1)
      const now = context.clock.nowMs()
      for (let ahead = piece; ahead <= last; ahead++) {
        if (have.has(ahead) || expedited.has(ahead)) continue
        expedited.set(ahead, context.deadlines().expedite(ahead, now + (ahead - piece) * STEP_MS))
      }
      // A check may remove pieces until it has found them again.
      while (!have.has(piece)) await pieceArrival(context, piece, signal)
      expedited.get(piece)?.()
      expedited.delete(piece)
      // Under a limit, all readers take turns with blocks of this size.
      const most = limits?.isLimited ? BLOCK_BYTES : CHUNK_BYTES
      const stop = Math.min(end, layout.pieceOffset(piece + 1) - offsetBytes, at + most)
      const bytes = new Uint8Array(stop - at)
      try {
        await storage.read(offsetBytes + at, bytes)
      } catch (error) {
        if (!storage.changes?.files.size || context.data.lifecycle.isClosed) throw error
        await context.checkChanged()
        continue
      }
      if (limits) {
        await mayLeave(limits, bytes.length, signal)
        context.onSent(bytes.length)
      }
      yield bytes
      at = stop
    }
  } finally {
    for (const release of expedited.values()) release()
  }
}

/** Resolves when the limits let this many bytes leave. Rejects with the signal's reason. */
async function mayLeave(limits: LimitChain, bytes: number, signal: AbortSignal | undefined): Promise<void> {
  if (limits.take(bytes)) return
  signal?.throwIfAborted()
  const taken = Promise.withResolvers<void>()
  const leave = () => taken.reject(signal!.reason)
  // It gets its turn only while it is called.
  const take = () => (limits.take(bytes) ? taken.resolve() : limits.whenReady(take, bytes))
  signal?.addEventListener('abort', leave, { once: true })
  limits.whenReady(take, bytes)
  try {
    await taken.promise
  } finally {
    signal?.removeEventListener('abort', leave)
    limits.cancel()
  }
}

/**
 * Resolves when the piece is present, possibly only briefly: check again. Rejects if the torrent
 * is closed.
 */
async function pieceArrival(
  { data, content, deadlines }: FileContext,
  piece: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (data.lifecycle.isClosed) throw new ShoalError('closed', 'the torrent was closed')
  if (!content.have.has(piece)) await deadlines().wait(piece, signal)
}

function checkedRange(range: StreamRange, lengthBytes: number): { start: number; end: number } {
  const { start = 0, end = lengthBytes } = range
  if (Number.isSafeInteger(start) && start >= 0 && start <= lengthBytes && end >= start && !(end % 1))
    return { start, end: Math.min(end, lengthBytes) }
  throw new ShoalError(
    'bad-argument',
    `the file has ${lengthBytes} bytes: ${start} to ${end} is not a range of integer offsets in it`,
  )
}
