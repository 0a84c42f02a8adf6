import {
  type AddOptions,
  createMemoryStorage,
  type InfoHashes,
  infoHashText,
  isMagnet,
  type Metainfo,
  type PieceLayout,
  parseInfoHash,
  parseMagnet,
  parseMetainfo,
  Session,
  ShoalError,
  type Storage,
  type TorrentApi,
  type Transport,
  writeMetainfo,
} from '@shoal/torrent'
import { BlobStorage, blobsFor } from './blob-storage.ts'
import { copyFiles } from './copy-files.ts'
import type { Libp2pOptions } from './libp2p-peers.ts'
import type {
  AddLinkOptions,
  ChosenFile,
  EngineConfig,
  ShareOptions,
  StorageState,
  TorrentDetail,
  TorrentSnapshot,
} from './protocol.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'
import { idOf, toDetail, toSnapshot } from './snapshot.ts'
import { moveStored, removeStoredFolder, splitPath, storedFile } from './stored-file.ts'
import { tooManyUndecided } from './undecided.ts'

const USER_AGENT = 'Shoal/0.1.0'
const MAX_TORRENT_BYTES = 64 * 2 ** 20

interface ShareJob {
  /** Identifies the job. */
  readonly job: string
  onProgress(progress: { doneBytes: number; totalBytes: number }): void
}

/**
 * A session in a browser: torrents are stored in the origin private file system or in memory, and
 * some are seeded from chosen files.
 */
export class Engine {
  readonly #session: Session
  readonly #directory: string
  readonly #kind: StorageState['kind']
  /** Files of torrents that are seeded from them, by torrent id. */
  readonly #shared: Map<string, { metainfo: Metainfo; files: readonly ChosenFile[] }>
  /** Keys in the links of sealed shares, by torrent id. */
  readonly #linkKeys: Map<string, Uint8Array>
  /** Torrents that are being created, by job. */
  readonly #creating = new Map<string, AbortController>()

  private constructor(
    session: Session,
    directory: string,
    kind: StorageState['kind'],
    shared: Engine['shared'],
    linkKeys: Map<string, Uint8Array>,
  ) {
    this.#linkKeys = linkKeys
    this.#session = session
    this.#directory = directory
    this.#kind = kind
    this.#shared = shared
  }

  static async open(config: EngineConfig, rtc: BorrowedRtc): Promise<Engine> {
    const { directory = '/shoal', iceServers = [], iceTransportPolicy = 'all' } = config
    const kind = config.memory || !(await hasFiles()) ? 'memory' : 'opfs'
    const shared: Engine['shared'] = new Map()
    const linkKeys = new Map<string, Uint8Array>()
    const session: Session = await Session.open(
      {
        directory: `${directory}/files`,
        stateDirectory: kind === 'opfs' ? `${directory}/state` : null,
        port: 0,
        dht: false,
        lsd: false,
        webrtc: { rtc, iceServers, iceTransportPolicy },
        userAgent: USER_AGENT,
        recognition: () => import('@shoal/torrent/recognition'),
      },
      {
        createMemoryStorage: layout => sharedStorage(layout, shared) ?? createMemoryStorage(layout),
        transports: [libp2p(config, rtc, linkKeys, () => session)],
      },
    )
    return new Engine(session, directory, kind, shared, linkKeys)
  }

  get shared(): Map<string, { metainfo: Metainfo; files: readonly ChosenFile[] }> {
    return this.#shared
  }

  get torrents(): readonly TorrentApi[] {
    return this.#session.torrents
  }

  /** Returns a torrent. Throws `not-found`. */
  torrent(id: string): TorrentApi {
    const found = this.find(id)
    if (!found) throw new ShoalError('not-found', 'This torrent was removed. Open its link again.')
    return found
  }

  find(id: string): TorrentApi | undefined {
    return this.torrents.find(torrent => idOf(torrent) === id)
  }

  snapshot(torrent: TorrentApi): TorrentSnapshot {
    return toSnapshot(torrent, this.#originOf(torrent))
  }

  detail(torrent: TorrentApi): TorrentDetail {
    return toDetail(torrent, this.#originOf(torrent))
  }

  async add(
    source: string | Uint8Array,
    { linkKey, ...options }: AddLinkOptions = {},
  ): Promise<TorrentSnapshot> {
    const content = isUrl(source) ? await download(source) : source
    const torrent = await this.#session.add(content, {
      ...this.#placeOf(readInfoHashes(content)),
      ...options,
    })
    if (linkKey) this.#linkKeys.set(idOf(torrent), linkKey)
    await torrent.recordAdded()
    if (options.select?.length === 0) await this.#forgetUndecided(torrent)
    return this.snapshot(torrent)
  }

  async #forgetUndecided(opened: TorrentApi): Promise<void> {
    const kept = this.torrents.filter(torrent => this.#originOf(torrent) !== 'shared')
    // The opened link has been added, even if removing others fails.
    await Promise.allSettled(tooManyUndecided(kept, opened).map(torrent => this.remove(idOf(torrent))))
  }

  async share(files: readonly ChosenFile[], options: ShareOptions, job: ShareJob): Promise<TorrentSnapshot> {
    const open = async () => files
    return this.#create(open, options, job, (metainfo, signal) =>
      options.keep ? this.#keep(metainfo, files, signal) : this.seed(metainfo, files),
    )
  }

  /**
   * Shares a file that a page has written to the browser's storage; the torrent takes it over. If
   * it is called again, such as by a page whose engine stopped meanwhile, it continues from
   * wherever the file is.
   */
  async shareStored(path: string, options: ShareOptions, job: ShareJob): Promise<TorrentSnapshot> {
    const { name } = options
    // Not named by the info hash, unlike elsewhere: the file has to be found before the hash is
    // known.
    const directory = `${this.#directory}/files/${splitPath(path).at(-1)}`
    const moved = `${directory}/${name}`
    const open = async () => {
      const file = await storedFile(path).catch(missing =>
        storedFile(moved).catch(() => Promise.reject(missing)),
      )
      return [{ path: [name], file }]
    }
    return this.#create(open, options, job, async metainfo => {
      if (this.#kind === 'memory')
        throw new ShoalError('unsupported', 'This browser stores no files. Share without storage.')
      const known = this.find(infoHashText(metainfo.info.infoHashes))
      return known ? this.snapshot(known) : this.#adopt(metainfo, { path, directory })
    })
  }

  async #adopt(
    metainfo: Metainfo,
    { path, directory }: { path: string; directory: string },
  ): Promise<TorrentSnapshot> {
    await moveStored(path, directory, metainfo.info.name)
    try {
      return await this.#addWhole(metainfo, { directory, preallocate: true })
    } catch (error) {
      await this.remove(infoHashText(metainfo.info.infoHashes)).catch(() => {})
      await removeStoredFolder(directory).catch(() => {})
      throw error
    }
  }

  async #create(
    open: () => Promise<readonly ChosenFile[]>,
    { keep: _, expected, ...described }: ShareOptions,
    { job, onProgress }: ShareJob,
    seed: (metainfo: Metainfo, signal: AbortSignal) => Promise<TorrentSnapshot>,
  ): Promise<TorrentSnapshot> {
    const abort = new AbortController()
    // Set before the first await, so that an early cancellation works, too.
    this.#creating.set(job, abort)
    const { signal } = abort
    try {
      // Pages that only download do not load this module.
      const [files, { toCreateOptions }] = await Promise.all([open(), import('./create-options.ts')])
      signal.throwIfAborted()
      const metainfo = await toCreateOptions(
        files,
        { createdBy: USER_AGENT, ...described },
        { onProgress, signal },
      )
      signal.throwIfAborted()
      if (expected !== undefined && infoHashText(metainfo.info.infoHashes) !== expected)
        throw new ShoalError(
          'bad-argument',
          'these are other files, or they have changed: nothing was shared',
        )
      return await seed(metainfo, signal)
    } finally {
      this.#creating.delete(job)
    }
  }

  cancelShare(job: string): void {
    this.#creating.get(job)?.abort(new ShoalError('cancelled', 'Sharing was canceled.'))
  }

  /** Seeds a copy of the files, or the files themselves if there is no space for a copy. */
  async #keep(
    metainfo: Metainfo,
    files: readonly ChosenFile[],
    signal: AbortSignal,
  ): Promise<TorrentSnapshot> {
    const { infoHashes } = metainfo.info
    const place = this.#placeOf(infoHashes)
    const mayCopy = place.directory !== undefined && !this.find(infoHashText(infoHashes))
    if (!mayCopy || !(await copyFiles(metainfo, files, place.directory!, signal)))
      return this.seed(metainfo, files)
    return this.#addWhole(metainfo, place)
  }

  /** Adds a torrent whose files are complete and in place. */
  async #addWhole(metainfo: Metainfo, place: AddOptions): Promise<TorrentSnapshot> {
    const torrent = await this.#session.add(metainfo, { ...place, trusted: true })
    await torrent.recordAdded()
    return this.snapshot(torrent)
  }

  /** Seeds the files from which the torrent was created. */
  async seed(metainfo: Metainfo, files: readonly ChosenFile[]): Promise<TorrentSnapshot> {
    const { info } = metainfo
    if (!blobsFor(info, info.singleFile, files))
      throw new ShoalError('bad-argument', 'These are not the files of the torrent. Choose them again.')
    const id = infoHashText(info.infoHashes)
    const known = this.find(id)
    if (known && this.#isWhole(known)) return this.snapshot(known)
    // Its link was opened before the files were chosen again: the torrent that seeds them replaces
    // it.
    await this.remove(id)
    this.#shared.set(id, { metainfo, files })
    const torrent = await this.#session.add(metainfo, { memory: true, trusted: true })
    return this.snapshot(torrent)
  }

  /** Returns whether peers can download all of the torrent from this engine. */
  #isWhole(torrent: TorrentApi): boolean {
    const { metainfo, stats } = torrent
    if (stats.state === 'error' || !metainfo) return false
    return this.#originOf(torrent) === 'shared' || stats.haveBytes >= metainfo.info.lengthBytes
  }

  /**
   * Returns the content of the torrent's .torrent file. Throws `not-found` while the metadata is
   * unknown.
   */
  metainfo(id: string): Uint8Array {
    const { metainfo } = this.torrent(id)
    if (!metainfo) throw new ShoalError('not-found', 'The metadata of this torrent has not arrived yet.')
    return writeMetainfo(metainfo)
  }

  async remove(id: string): Promise<void> {
    await this.find(id)?.remove({ deleteData: true })
    this.#shared.delete(id)
  }

  networkChanged(): void {
    this.#session.networkChanged()
  }

  async record(): Promise<void> {
    await this.#session.record()
  }

  async storage(): Promise<StorageState> {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
    const neededBytes = this.torrents
      .filter(torrent => this.#originOf(torrent) === 'kept')
      .reduce((sum, torrent) => sum + missingBytes(torrent), 0)
    const isPersistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false
    return { kind: this.#kind, usedBytes: usage, quotaBytes: quota, neededBytes, isPersistent }
  }

  async close(): Promise<void> {
    await this.#session.close()
  }

  #originOf(torrent: TorrentApi): TorrentSnapshot['origin'] {
    if (this.#shared.has(idOf(torrent))) return 'shared'
    return this.#kind === 'opfs' ? 'kept' : 'memory'
  }

  /**
   * Returns the folder of a torrent: each has its own, so that torrents with the same name do not
   * collide.
   */
  #placeOf(hashes: InfoHashes): AddOptions {
    if (this.#kind === 'memory') return { memory: true }
    return { directory: `${this.#directory}/files/${infoHashText(hashes)}`, preallocate: true }
  }
}

function readInfoHashes(source: string | Uint8Array): InfoHashes {
  if (typeof source !== 'string') return parseMetainfo(source).info.infoHashes
  return isMagnet(source) ? parseMagnet(source).infoHashes : parseInfoHash(source)
}

/**
 * Returns the bytes of wanted files that are not allocated yet. Files have their full size from
 * their first byte on, which counts as used.
 */
function missingBytes(torrent: TorrentApi): number {
  return torrent.files
    .filter(({ priority, haveBytes }) => priority > 0 && haveBytes === 0)
    .reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
}

/**
 * Returns the transport for peers that a link names by a libp2p address, and for those found
 * through them.
 */
function libp2p(
  config: EngineConfig,
  rtc: BorrowedRtc,
  linkKeys: Libp2pOptions['linkKeys'],
  session: () => Session,
): Transport {
  let onConnection: Libp2pOptions['onConnection']
  return {
    kind: 'libp2p',
    canDial: ({ kind }) => kind === 'libp2p',
    dial: async (address, options) =>
      (await import('./libp2p-peers.ts')).dialLibp2p(
        { session: session(), rtc, config, linkKeys, onConnection },
        address,
        options,
      ),
    async listen(_, accept) {
      onConnection = accept
      return { port: 0, close: async () => {} }
    },
    close: async () => {},
  }
}

function sharedStorage(layout: PieceLayout, shared: Engine['shared']): Storage | null {
  for (const { metainfo, files } of shared.values()) {
    if (metainfo.info.files !== layout.files) continue
    const blobs = blobsFor(layout, metainfo.info.singleFile, files)
    if (blobs) return new BlobStorage(layout, blobs)
  }
  return null
}

async function hasFiles(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory()
    return 'createSyncAccessHandle' in FileSystemFileHandle.prototype
  } catch {
    return false
  }
}

function isUrl(source: string | Uint8Array): source is string {
  return typeof source === 'string' && /^https?:\/\//i.test(source)
}

async function download(url: string): Promise<Uint8Array> {
  const failed = (cause?: unknown) =>
    new ShoalError(
      'unreachable',
      'A page cannot fetch this .torrent file, because its server does not allow it.',
      {
        cause,
      },
    )
  const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(error => {
    throw failed(error)
  })
  const size = Number(response.headers.get('content-length') ?? 0)
  if (!response.ok || size > MAX_TORRENT_BYTES) throw failed()
  return new Uint8Array(await response.arrayBuffer())
}
