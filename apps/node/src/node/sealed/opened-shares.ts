/**
 * Sealed shares that are open for reading: their files are decrypted on the fly, and no plaintext
 * is written to disk.
 */
import { randomBytes } from 'node:crypto'
import type { CheckedInputOf, Implemented, OpenedSeal, SEALED, SealedFile } from '@shoal/api'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { Seal } from '@shoal/links'
import { OpenedShare, SealedError, type Unlock } from '@shoal/sealed'
import type { Clock } from '@shoal/torrent'
import { mediaType } from '../../base/files/media-type.ts'
import { toShareLink } from '../../base/sealing/to-share-link.ts'
import { torrentSource } from '../../base/sealing/torrent-source.ts'
import type { HttpCallOptions, ReadableFile } from '../kernel/contract.ts'
import type { ManagedTorrent, Torrents } from '../torrents/service.ts'

const MAX_OPEN = 32
const MAX_OPENING = 16
/** Maximum number of list entries in all open shares: one share can have 250,000. */
const MAX_ENTRIES = 500_000
/** Maximum number of concurrent reads; each holds about 2 MiB. */
const MAX_READS = 32
const IDLE_MS = 60 * 60_000

interface Opened {
  readonly session: number | null
  readonly torrent: ManagedTorrent
  readonly share: OpenedShare
  readonly files: OpenedShare['entries']
  problem: OpenedSeal['problem']
  usedMs: number
  readers: number
}

export interface OpenedSharesParts {
  readonly torrents: Pick<Torrents, 'registry'>
  readonly clock: Clock
  /** Adds the torrent of a share, or finds it. */
  add(link: NonNullable<ReturnType<typeof toShareLink>>, peers: readonly string[]): Promise<ManagedTorrent>
  /** Called when the seal has opened the torrent. */
  proved(torrent: ManagedTorrent, seal: Seal): Promise<void>
}

export class OpenedShares {
  readonly #parts: OpenedSharesParts
  readonly #opened = new Map<string, Opened>()
  #opening = 0
  #reads = 0
  readonly operations: Implemented<typeof SEALED> = {
    openSealed: (input, options) => this.#open(input, options),
    getSealed: async ({ id }, options) => this.#view(id, this.#find(id, options)),
    listSealedFiles: async ({ id, cursor, limit }, options) => {
      const { files } = this.#find(id, options)
      const start = readCursor(cursor)
      const end = start + limit
      return {
        items: files.slice(start, end).map((entry, at) => viewFile(id, entry, start + at)),
        next: end < files.length ? String(end) : null,
        total: files.length,
      }
    },
    closeSealed: async ({ id }, options) => {
      this.#find(id, options)
      this.#opened.delete(id)
      return {}
    },
  }

  constructor(parts: OpenedSharesParts) {
    this.#parts = parts
  }

  /** Forgets the keys of shares that are no longer read. */
  tick(): void {
    const { clock, torrents } = this.#parts
    for (const [id, { usedMs, readers, torrent }] of this.#opened)
      if (!torrents.registry.isListed(torrent) || (readers === 0 && clock.nowMs() - usedMs > IDLE_MS))
        this.#opened.delete(id)
  }

  close(): void {
    this.#opened.clear()
  }

  /** See `NodeFiles`. */
  async file(id: string, index: number, session: number | null): Promise<ReadableFile> {
    const opened = this.#find(id, { session: () => session })
    const entry = opened.files[index]
    if (!entry)
      throw new Failure('not-found', `this share has only ${opened.files.length} files`, { field: 'index' })
    if (this.#reads >= MAX_READS) throw tooManyReads()
    const path = entry.path.join('/')
    return {
      name: entry.path.at(-1)!,
      lengthBytes: entry.lengthBytes,
      mediaType: mediaType(path),
      // The key always decrypts the content of an info hash to the same data.
      etag: `"${opened.torrent.id}.sealed.${index}"`,
      read: range => this.#read(opened, entry.path, range),
    }
  }

  async *#read(
    opened: Opened,
    path: readonly string[],
    { start, end, signal }: Parameters<ReadableFile['read']>[0],
  ): AsyncGenerator<Uint8Array> {
    this.#reads++
    opened.readers++
    try {
      const file = await opened.share.file(path, { signal })
      yield* file.stream({ start, end, signal })
      opened.problem = null
    } catch (error) {
      const failure = toFailure(error)
      if (!signal.aborted) opened.problem = describeFailure(failure)
      throw failure
    } finally {
      this.#reads--
      opened.readers--
      opened.usedMs = this.#parts.clock.nowMs()
    }
  }

  async #open(
    { source, passphrase, peers = [], timeoutSeconds }: CheckedInputOf<'openSealed'>,
    { signal: leaving, session }: HttpCallOptions = {},
  ): Promise<OpenedSeal> {
    const link = toShareLink(source)
    if (!link?.seal)
      throw new Failure('not-sealed', 'this is not the link of a sealed share', { field: 'source' })
    const unlock = unlockWith(link.seal, passphrase)
    if (this.#opening >= MAX_OPENING)
      throw new Failure('busy', 'other sealed shares are being opened: try again when one is open')
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000)
    const signal = AbortSignal.any([timeout, ...(leaving ? [leaving] : [])])
    this.#opening++
    try {
      const torrent = await this.#parts.add(link, peers)
      await torrent.api.whenMetadata({ signal })
      const share = await OpenedShare.open(torrentSource(torrent.api), unlock, { signal })
      await this.#parts.proved(torrent, link.seal)
      const files = share.entries.filter(({ folder }) => !folder)
      this.#makeRoom(share.entries.length)
      const id = randomBytes(16).toString('base64url')
      const usedMs = this.#parts.clock.nowMs()
      const opened = {
        session: session?.() ?? null,
        torrent,
        share,
        files,
        problem: null,
        usedMs,
        readers: 0,
      }
      this.#opened.set(id, opened)
      return this.#view(id, opened)
    } catch (error) {
      leaving?.throwIfAborted()
      if (!timeout.aborted) throw toFailure(error)
      throw new Failure(
        'timeout',
        'nobody has sent the beginning of this share yet: try again, and see among the torrents whether it is paused',
      )
    } finally {
      this.#opening--
    }
  }

  /** Closes the least recently read shares. Throws `busy` if all are being read. */
  #makeRoom(entries: number): void {
    const idle = [...this.#opened]
      .filter(([, { readers }]) => readers === 0)
      .sort(([, one], [, other]) => one.usedMs - other.usedMs)
    const count = () => [...this.#opened.values()].reduce((sum, { share }) => sum + share.entries.length, 0)
    while (this.#opened.size >= MAX_OPEN || (this.#opened.size > 0 && count() + entries > MAX_ENTRIES)) {
      const [oldest] = idle.splice(0, 1)
      if (!oldest) throw tooManyReads()
      this.#opened.delete(oldest[0])
    }
  }

  #find(id: string, { session }: HttpCallOptions = {}): Opened {
    const opened = this.#opened.get(id)
    const caller = session?.() ?? null
    if (opened && opened.session === caller && this.#parts.torrents.registry.isListed(opened.torrent))
      return opened
    throw new Failure('not-found', 'this share is not open any more: open its link again', { field: 'id' })
  }

  #view(id: string, { torrent, share, files, problem }: Opened): OpenedSeal {
    const tops = new Set(share.entries.map(({ path }) => path[0]!))
    return {
      ...{ id, torrent: torrent.id, problem },
      name: tops.size === 1 ? [...tops][0]! : null,
      fileCount: files.length,
      totalBytes: share.lengthBytes,
    }
  }
}

function viewFile(id: string, { path, lengthBytes }: Opened['files'][number], index: number): SealedFile {
  const text = path.join('/')
  // Without the name, which logs of reverse proxies would record.
  const href = `/api/sealed/${id}/files/${index}`
  return { index, path: text, lengthBytes, mediaType: mediaType(text), href }
}

function readCursor(cursor: string | undefined): number {
  const start = Number(cursor ?? 0)
  if (Number.isSafeInteger(start) && start >= 0) return start
  throw new Failure('bad-request', 'this is not the cursor of a page', { field: 'cursor' })
}

function unlockWith(seal: Seal, passphrase: string | undefined): Unlock {
  if (seal.by === 'key') return { key: seal.key }
  if (seal.by === 'recipient')
    throw new Failure('key-needed', 'this share is sealed for a key that this node does not have', {
      field: 'source',
    })
  if (passphrase !== undefined) return { passphrase }
  throw new Failure('passphrase-needed', 'this share needs a passphrase: enter it too', {
    field: 'passphrase',
  })
}

function tooManyReads(): Failure {
  return new Failure('busy', 'too many files of sealed shares are being read: close some of them')
}

/** Codes of errors that mean invalid content. */
const BAD = new Set(['damaged', 'not-an-archive', 'too-much-work', 'unsupported'])

function toFailure(error: unknown): unknown {
  if (!(error instanceof SealedError)) return error
  const { code, message } = error
  return new Failure(BAD.has(code) ? 'bad-share' : code, message, { cause: error, field: 'source' })
}
