import { cancelled, PeerError } from './failure.ts'
import { Leadership } from './leadership.ts'
import type {
  AddLinkOptions,
  ChosenFile,
  CommandName,
  Commands,
  EngineConfig,
  PeerEvent,
  ShareOptions,
  StorageState,
  TorrentDetail,
  TorrentSnapshot,
  WorkerFrame,
} from './protocol.ts'
import { readStream } from './read-stream.ts'

const NO_ENGINE = {
  code: 'unsupported',
  message: 'The engine could not be started. Reload the page.',
}

interface Call {
  readonly name: CommandName
  readonly args: readonly unknown[]
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

interface CreateProgress {
  readonly doneBytes: number
  readonly totalBytes: number
}

interface Share {
  metainfo: Uint8Array | null
  readonly files: readonly ChosenFile[]
}

/**
 * The engine for pages. It runs in a worker of one tab of the site, with which the other tabs
 * communicate. When that tab closes, another one takes over from the stored state, and pending
 * calls are repeated.
 */
export class BrowserPeer {
  readonly #leadership: Leadership
  readonly #calls = new Map<number, Call>()
  readonly #listeners = new Set<(event: PeerEvent) => void>()
  readonly #watched = new Set<string | null>()
  /** Shares of this page's own files: a new worker must receive them again. */
  readonly #shares = new Map<string, Share>()
  #lastCall = 0
  #leader: string | null = null
  #isClosed = false
  /** Why commands are refused at the moment. */
  #refusal: PeerError | null = null

  constructor(config: EngineConfig = {}) {
    this.#leadership = new Leadership(config, {
      onFrame: frame => this.#onFrame(frame),
      onFailure: () => {
        this.#refusal = new PeerError(NO_ENGINE)
        this.#fail(this.#refusal)
      },
    })
  }

  /** Whether this tab hosts the engine. */
  get isLeader(): boolean {
    return this.#leadership.isLeader
  }

  /**
   * Calls the listener once a second with changes, from the first `watch` on. Returns a function
   * that unsubscribes.
   */
  on(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  add(source: string | Uint8Array, options: AddLinkOptions = {}): Promise<TorrentSnapshot> {
    return this.#ask('add', source, options)
  }

  /**
   * Creates a torrent from chosen files, and seeds it while this page is open, or with `keep` while
   * it is stored. `onProgress` receives the number of hashed bytes. Rejects with `cancelled` if the
   * signal aborts.
   */
  async share(
    files: readonly ChosenFile[],
    options: ShareOptions,
    onProgress?: (progress: CreateProgress) => void,
    signal?: AbortSignal,
  ): Promise<TorrentSnapshot> {
    const torrent = await this.#create(job => this.#ask('share', files, options, job), onProgress, signal)
    if (torrent.origin !== 'shared') return torrent
    const share: Share = { metainfo: null, files }
    this.#shares.set(torrent.id, share)
    share.metainfo = await this.metainfo(torrent.id)
    return torrent
  }

  /**
   * Like `share`, for a file at `path` in the browser's storage. The torrent takes the file over
   * and is seeded while it is stored.
   */
  shareStored(
    path: string,
    options: ShareOptions,
    onProgress?: (progress: CreateProgress) => void,
    signal?: AbortSignal,
  ): Promise<TorrentSnapshot> {
    return this.#create(job => this.#ask('shareStored', path, options, job), onProgress, signal)
  }

  async #create(
    ask: (job: string) => Promise<TorrentSnapshot>,
    onProgress?: (progress: CreateProgress) => void,
    signal?: AbortSignal,
  ): Promise<TorrentSnapshot> {
    if (signal?.aborted) throw cancelled()
    const job = String(++this.#lastCall)
    const cancel = () => void this.#ask('cancelShare', job).catch(() => {})
    signal?.addEventListener('abort', cancel, { once: true })
    const stop = this.on(event => {
      if (event.kind === 'creating' && event.job === job) onProgress?.(event)
    })
    try {
      return await ask(job)
    } finally {
      signal?.removeEventListener('abort', cancel)
      stop()
    }
  }

  list(): Promise<TorrentSnapshot[]> {
    return this.#ask('list')
  }

  detail(id: string): Promise<TorrentDetail | null> {
    return this.#ask('detail', id)
  }

  /** Returns the content of the torrent's .torrent file. */
  metainfo(id: string): Promise<Uint8Array> {
    return this.#ask('metainfo', id)
  }

  /** Selects only these files. */
  select(id: string, files: readonly number[]): Promise<void> {
    return this.#ask('select', id, files)
  }

  setPriorities(id: string, priorities: ReadonlyMap<number, number>): Promise<void> {
    return this.#ask('setPriorities', id, priorities)
  }

  pause(id: string): Promise<void> {
    return this.#ask('pause', id)
  }

  resume(id: string): Promise<void> {
    return this.#ask('resume', id)
  }

  /** Removes a torrent and its bytes in this browser. */
  remove(id: string): Promise<void> {
    this.#shares.delete(id)
    return this.#ask('remove', id)
  }

  storage(): Promise<StorageState> {
    return this.#ask('storage')
  }

  /**
   * Subscribes to events: `torrents` for all, and `detail` for `id`. Resolves to the current
   * torrents.
   */
  watch(id: string | null = null): Promise<TorrentSnapshot[]> {
    this.#watched.add(id)
    return this.#ask('watch', id)
  }

  unwatch(id: string | null = null): Promise<void> {
    this.#watched.delete(id)
    return this.#ask('unwatch', id)
  }

  /**
   * Streams the bytes `[start, end)` of a file, each as soon as it is verified. Missing pieces are
   * downloaded first. Continues when another tab takes over.
   */
  read(id: string, file: number, { start, end }: { start: number; end: number }): ReadableStream<Uint8Array> {
    const name = String(++this.#lastCall)
    return readStream(
      { start, end },
      {
        next: position => this.#ask('read', name, id, file, position, end),
        end: () => void this.#ask('endReading', name).catch(() => {}),
      },
    )
  }

  /**
   * Returns a whole file from the browser's storage, without the engine. Rejects with `not-found`
   * unless it is complete and stored.
   */
  async file(id: string, file: number): Promise<File> {
    const stored = (await this.detail(id))?.files[file]
    if (stored?.storedPath && stored.haveBytes === stored.lengthBytes) {
      let folder = await navigator.storage.getDirectory()
      const names = stored.storedPath.split('/').filter(name => name !== '')
      const name = names.pop()!
      for (const part of names) folder = await folder.getDirectoryHandle(part)
      return (await folder.getFileHandle(name)).getFile()
    }
    throw new PeerError({ code: 'not-found', message: 'This file is not complete. Download it first.' })
  }

  /** Disconnects this page. If this tab runs the engine, it stops, and another tab takes over. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#leadership.close()
    this.#refusal = closed()
    this.#fail(this.#refusal)
  }

  #ask<Name extends CommandName>(
    name: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<ReturnType<Commands[Name]>> {
    if (this.#refusal) return Promise.reject(this.#refusal)
    const call = ++this.#lastCall
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { name, args, resolve, reject })
      if (this.#leader !== null) this.#leadership.post({ kind: 'call', from: '', call, name, args })
    })
  }

  #fail(error: PeerError): void {
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }

  #onFrame(frame: WorkerFrame): void {
    if (frame.kind === 'here') return this.#onLeader(frame.leader)
    if (frame.kind === 'event') {
      for (const listener of this.#listeners) listener(frame.event)
      return
    }
    const call = this.#calls.get(frame.call)
    this.#calls.delete(frame.call)
    if (frame.kind === 'result') call?.resolve(frame.value as never)
    else call?.reject(new PeerError(frame.failure))
  }

  #onLeader(leader: string): void {
    if (leader === this.#leader) return
    const isAnother = this.#leader !== null
    this.#refusal = null
    this.#leader = leader
    const waiting = [...this.#calls]
    if (isAnother) this.#introduce()
    for (const [call, { name, args }] of waiting)
      this.#leadership.post({ kind: 'call', from: '', call, name, args })
  }

  /** Sends a new worker what this page watches and shares. */
  #introduce(): void {
    for (const { metainfo, files } of this.#shares.values())
      if (metainfo) void this.#ask('reshare', metainfo, files).catch(() => {})
    for (const id of this.#watched)
      void this.#ask('watch', id)
        .then(changed => {
          for (const listener of this.#listeners) listener({ kind: 'torrents', changed, gone: [] })
        })
        .catch(() => {})
  }
}

function closed(): PeerError {
  return new PeerError({ code: 'closed', message: 'This page has closed its engine. Reload the page.' })
}
