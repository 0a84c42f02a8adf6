/**
 * The files of torrents for browsers with a share link: over HTTP, they get what peers get from the
 * swarm, while the node shares it.
 */
import { randomBytes } from 'node:crypto'
import { Failure } from '@shoal/daemon/failure'
import { mediaType } from '@shoal/node/base/files/media-type.ts'
import type { ReadableFile } from '@shoal/node/node/kernel/contract.ts'
import type { ManagedTorrent, Torrents } from '@shoal/node/node/torrents/service.ts'
import type { Session, TorrentFile } from '@shoal/torrent'
import { zipOf } from './zip.ts'

/**
 * `here`: available. `paused`: its owner does not share it at present. `sealed`: only readable with
 * its key. `none`: nothing is revealed.
 */
export type GuestState = 'here' | 'paused' | 'sealed' | 'none'

export interface GuestFilesParts {
  readonly engine: Pick<Session, 'wantsOffer'>
  readonly torrents: Pick<Torrents, 'registry' | 'blocks'>
  /** Whether pages for links are served. */
  readonly servesPages: () => boolean
}

/**
 * Maximum numbers of concurrent reads, for all guests and per address. Each holds up to 0.5 MiB.
 */
const [MAX_READS, MAX_READS_PER_ADDRESS] = [200, 20] as const
/** Low enough for folders of 250,000 files, whose list is held while an archive is read. */
const MAX_ARCHIVES = 8

export class GuestFiles {
  readonly #parts: GuestFilesParts
  readonly #reads = new Map<string, number>()
  #all = 0
  #archives = 0

  constructor(parts: GuestFilesParts) {
    this.#parts = parts
  }

  /**
   * Returns whether a guest at an IP address gets the files of a torrent. `id`: its info hash in
   * hex.
   */
  state(id: string, host: string): GuestState {
    const { torrents, servesPages } = this.#parts
    const { registry } = torrents
    const torrent = registry.find(id)
    if (!torrent || !registry.isListed(torrent) || torrents.blocks(host) || !servesPages()) return 'none'
    const { api } = torrent
    if (!api.metainfo || api.metainfo.info.private || api.sourcesOff.includes('webrtc')) return 'none'
    if (api.state === 'paused' || api.state === 'error') return 'paused'
    if (torrent.sealed) return 'sealed'
    return this.#isOffered(torrent) ? 'here' : 'none'
  }

  /** Throws `not-found` unless its state is `here`. */
  torrent(id: string, host: string): ManagedTorrent {
    if (this.state(id, host) === 'here') return this.#parts.torrents.registry.get(id)
    throw new Failure('not-found', 'this is not shared here now: open the link again', { field: 'ticket' })
  }

  /** Throws `not-found` and `busy`. Reading fails once the torrent is paused. */
  file({ api, id }: ManagedTorrent, index: number, host: string): ReadableFile {
    this.#mustHaveRoom(host)
    const file = api.files[index]
    if (!file)
      throw new Failure('not-found', `this share has only ${api.files.length} files`, { field: 'index' })
    return {
      name: file.path.at(-1)!,
      lengthBytes: file.lengthBytes,
      mediaType: mediaType(file.path.join('/')),
      // The content of an info hash never changes.
      etag: `"${etagOf(id)}.${index}"`,
      read: ({ start, end, signal }) =>
        this.#whileShared(api, host, signal, sent => file.stream({ start, end, ...sent })),
    }
  }

  /** Returns several files as one archive. Throws `not-found` and `busy`. */
  archive({ api, id }: ManagedTorrent, indices: readonly number[] | null, host: string): ReadableFile {
    this.#mustHaveRoom(host)
    if (this.#archives >= MAX_ARCHIVES) throw busy()
    const files = indices ? indices.map(index => api.files[index]) : api.files
    if (files.length === 0 || files.includes(undefined as never))
      throw new Failure('not-found', `this share has only ${api.files.length} files`, { field: 'files' })
    const known = files as readonly TorrentFile[]
    const opened = (range: { start: number; end: number; signal: AbortSignal }) =>
      this.#whileShared(api, host, range.signal, ({ signal, sentTo }) =>
        zipOf({
          ...{ torrent: api, files: known, etag: '' },
          read: (at, reading) => known[at]!.stream({ signal: AbortSignal.any([signal, reading]), sentTo }),
        }).read({ ...range, signal }),
      )
    const { name, lengthBytes, mediaType } = zipOf({ torrent: api, files: known, etag: '', read: nothing })
    const etag = `"${etagOf(id)}.${indices?.join('-').slice(0, 200) ?? 'all'}"`
    return { name, lengthBytes, mediaType, etag, read: range => this.#counted(opened(range)) }
  }

  /** The same check as for a page that offers a connection. */
  #isOffered({ api: { infoHashes } }: ManagedTorrent): boolean {
    const { v1, v2 } = infoHashes
    const hash = v1 ?? v2!.subarray(0, 20)
    return this.#parts.engine.wantsOffer(hash, randomBytes(20))
  }

  #mustHaveRoom(host: string): void {
    if (this.#all >= MAX_READS || (this.#reads.get(host) ?? 0) >= MAX_READS_PER_ADDRESS) throw busy()
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.#archives++
    try {
      yield* bytes
    } finally {
      this.#archives--
    }
  }

  async *#whileShared(
    api: ManagedTorrent['api'],
    host: string,
    signal: AbortSignal,
    open: (sent: { signal: AbortSignal; sentTo: string }) => AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    this.#mustHaveRoom(host)
    this.#all++
    this.#reads.set(host, (this.#reads.get(host) ?? 0) + 1)
    const stopped = new AbortController()
    const leave = api.on('state', state => {
      if (state === 'paused' || state === 'error' || state === 'closed')
        stopped.abort(new Failure('unavailable', 'this share was paused'))
    })
    try {
      yield* open({ signal: AbortSignal.any([signal, stopped.signal]), sentTo: host })
    } finally {
      leave()
      this.#all--
      const left = this.#reads.get(host)! - 1
      if (left > 0) this.#reads.set(host, left)
      else this.#reads.delete(host)
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** No response reveals the info hash to intermediate servers. */
function etagOf(id: string): string {
  return id.slice(0, 8)
}

function busy(): Failure {
  return new Failure('busy', 'too many files are being read here: try again when others are done')
}
