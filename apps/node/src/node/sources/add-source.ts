/**
 * Adds and previews what a link, path, hash or content refers to: a torrent, a plain file, a sealed
 * share.
 */
import { stat } from 'node:fs/promises'
import type { Added, CallOptions, CheckedInputOf, Preview, Protocol } from '@shoal/api'
import { AbsentCapability } from '@shoal/daemon/capability'
import { Failure } from '@shoal/daemon/failure'
import type { ShareLink } from '@shoal/links'
import { formatMagnet, type TorrentSource } from '@shoal/torrent'
import { leavePageIfPrivate, toShareLink } from '../../base/sealing/to-share-link.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Sealed } from '../sealed/service.ts'
import type { AddedTorrent, ManagedTorrent, Torrents } from '../torrents/service.ts'
import type { FileDownload, FileProtocol, Transfers } from '../transfers/service.ts'
import { Downloads } from './downloads.ts'
import { givenSource } from './given-source.ts'
import { linkedTorrent } from './linked-torrent.ts'
import type { Sources } from './service.ts'
import { sourceKind } from './source-kind.ts'
import { engineLink, pathIn, TORRENT_LINKS } from './torrent-link.ts'
import { torrentOfUrl } from './torrent-of-url.ts'

/** Priority of selected files. */
const NORMAL_PRIORITY = 4

type TorrentOptions = Omit<CheckedInputOf<'addTorrent'>, 'source' | 'torrent' | 'passphrase' | 'strict'>
type LinkOptions = TorrentOptions & { readonly directory: string; readonly strict: boolean }

export interface AddSourceParts {
  readonly kernel: Kernel
  readonly torrents: Torrents
  readonly transfers: Transfers | null
  readonly sealed: Sealed | null
}

export class SourceAdder implements Sources {
  readonly downloads: Downloads
  readonly #kernel: Kernel
  readonly #torrents: Torrents
  readonly #protocols: readonly FileProtocol[]
  readonly #sealed: Sealed | null
  readonly #restrictions: ((source: string) => boolean)[] = []
  readonly #listeners: ((source: string) => void)[] = []

  constructor({ kernel, torrents, transfers, sealed }: AddSourceParts) {
    this.#kernel = kernel
    this.#torrents = torrents
    this.#protocols = transfers?.protocols ?? []
    this.#sealed = sealed
    this.downloads = new Downloads({
      jobs: kernel.jobs,
      begin: (source, directory, signal) => this.#downloadAgain(source, directory, signal),
      onBytes: bytes => torrents.countFileBytes(bytes),
    })
  }

  restrict(isFromOutside: (source: string) => boolean): void {
    this.#restrictions.push(isFromOutside)
  }

  onAdded(listener: (source: string) => void): void {
    this.#listeners.push(listener)
  }

  /** For operation `listProtocols`. */
  describe(): Protocol[] {
    return [TORRENT_LINKS, ...this.#protocols].map(({ name, understands }) => ({
      name,
      understands: [...understands],
    }))
  }

  async add(input: CheckedInputOf<'addTorrent'>, { signal }: CallOptions = {}): Promise<Added> {
    const added = await this.#add(input, signal)
    const { source: _source, torrent: _torrent, passphrase: _passphrase, strict, ...options } = input
    if (strict && added.torrent && !added.added) {
      const torrent = this.#torrents.registry.get(added.torrent.id)
      await this.#torrents.changeExisting(torrent, withoutPlace(options, torrent))
      return { ...added, torrent: this.#torrents.view(torrent) }
    }
    if (input.source !== undefined) for (const listener of this.#listeners) listener(input.source)
    return added
  }

  async #add(
    { source, torrent, passphrase, strict = false, ...input }: CheckedInputOf<'addTorrent'>,
    signal?: AbortSignal,
  ): Promise<Added> {
    const given = await givenSource({ source, torrent })
    const share = this.#shareLink(given)
    const plain = share && !share.seal ? formatMagnet(share.magnet) : given
    const { folders, settings } = this.#kernel
    const directory = input.directory === undefined ? undefined : await folders.allow(input.directory)
    if (typeof plain !== 'string')
      return this.#added(await this.#torrents.add(plain, { ...input, directory }))
    const target =
      directory ??
      ((input.label && this.#torrents.labelDirectory(input.label)) || settings.current.downloads.directory)
    if (!share?.seal) {
      const added = await this.#addLink(plain, { ...input, directory: target, strict }, signal)
      if (share) this.#leavePageIfPrivate(added, given)
      return added
    }
    if (!this.#sealed) throw new AbsentCapability('Opening sealed shares')
    const options = { ...input, passphrase, directory: target }
    const { added, job } = await this.#sealed.add(share, share.seal, options)
    this.#leavePageIfPrivate(this.#added(added), given)
    return { ...this.#added(added), job }
  }

  #shareLink(given: TorrentSource): ShareLink | null {
    const outsideOnly = typeof given === 'string' && this.#isFromOutside(given)
    return toShareLink(given, { outsideOnly })
  }

  #leavePageIfPrivate({ torrent }: Added, given: TorrentSource): void {
    const added = torrent && this.#torrents.registry.find(torrent.id)
    if (added && typeof given === 'string') leavePageIfPrivate(added.api, given)
  }

  async #addLink(link: string, { strict, ...input }: LinkOptions, signal?: AbortSignal): Promise<Added> {
    const { directory } = input
    const running = this.downloads.find(link, directory)
    if (running) return { added: false, torrent: null, job: running }
    const outsideOnly = this.#isFromOutside(link)
    const found = sourceKind(link, this.#protocols, { outsideOnly })
    const text = link.trim()
    if (found.kind === 'torrent') return this.#addTorrent(engineLink(text), input)
    const known = torrentOfUrl(text, directory, this.#torrents.registry.listed())
    if (known) {
      const { torrent, file } = known
      if (file.priority === 0) await torrent.api.setPriority(file.index, NORMAL_PRIORITY)
      this.#torrents.registry.touch(torrent, true)
      return this.#added({ torrent, added: false })
    }
    const options = { directory, outsideOnly, ...(signal && { signal }) }
    const download = await found.protocol.download(text, options)
    if (download.kind === 'torrent') return this.#addTorrent(download.content, input)
    const linked = this.#kernel.settings.current.downloads.linkedTorrents
      ? await linkedTorrent(text, download, found.protocol, options)
      : null
    if (linked) {
      download.close()
      return this.#addTorrent(linked, { ...input, webSeeds: [...(input.webSeeds ?? []), text] })
    }
    const useless = strict ? optionOfTorrents(input) : undefined
    if (useless !== undefined) {
      download.close()
      throw new Failure(
        'bad-argument',
        'this is a plain file and not a torrent, so that it cannot have this',
        {
          field: useless,
        },
      )
    }
    return { added: true, torrent: null, job: this.downloads.start(link, directory, download) }
  }

  async #addTorrent(source: TorrentSource, input: TorrentOptions): Promise<Added> {
    return this.#added(await this.#torrents.add(await this.#readable(source), input))
  }

  async preview(
    { peers = [], timeoutSeconds, ...input }: CheckedInputOf<'previewTorrent'>,
    { signal }: CallOptions = {},
  ): Promise<Preview> {
    const given = await givenSource(input)
    const share = this.#shareLink(given)
    const timeoutMs = timeoutSeconds * 1000
    const source = await this.#torrentBehind(share ? formatMagnet(share.magnet) : given, timeoutMs, signal)
    const preview = await this.#torrents.preview(source, peers, timeoutMs, signal)
    return { ...preview, seal: share?.seal?.by ?? null }
  }

  /**
   * Rejects with `unknown-identifier`, `not-a-torrent`, `forbidden-path`, `timeout`, or with the
   * signal's reason.
   */
  async #torrentBehind(
    given: TorrentSource,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<TorrentSource> {
    if (typeof given !== 'string') return given
    const limit = AbortSignal.timeout(timeoutMs)
    const both = AbortSignal.any([limit, ...(signal ? [signal] : [])])
    try {
      const outsideOnly = this.#isFromOutside(given)
      const found = sourceKind(given, this.#protocols, { outsideOnly })
      if (found.kind === 'torrent') return await this.#readable(engineLink(given.trim()))
      const content = await found.protocol.torrentBehind?.(given.trim(), { signal: both, outsideOnly })
      if (content) return content
      throw new Failure(
        'not-a-torrent',
        `this is a plain file (${found.protocol.name}) with no contents to choose from: add it to download it`,
        { field: 'source' },
      )
    } catch (error) {
      signal?.throwIfAborted()
      if (!limit.aborted) throw error
      throw new Failure('timeout', 'its server did not answer in time: try again later', { field: 'source' })
    }
  }

  async #downloadAgain(source: string, directory: string, signal: AbortSignal): Promise<FileDownload | null> {
    const outsideOnly = this.#isFromOutside(source)
    const found = sourceKind(source, this.#protocols, { outsideOnly })
    if (found.kind === 'torrent') {
      await this.#addTorrent(engineLink(source.trim()), { directory })
      return null
    }
    const download = await found.protocol.download(source.trim(), { directory, signal, outsideOnly })
    if (download.kind === 'file') return download
    await this.#addTorrent(download.content, { directory })
    return null
  }

  /**
   * Refuses files outside the allowed folders, and anything but regular files: a pipe may never
   * end, and devices must not be touched.
   */
  async #readable(source: TorrentSource): Promise<TorrentSource> {
    if (typeof source !== 'string') return source
    const path = pathIn(source)
    if (path === null) return source
    const allowed = await this.#kernel.folders.allow(path, 'source')
    const stats = await stat(allowed).catch(() => null)
    // The engine has better errors for missing files.
    if (stats === null || stats.isFile()) return allowed
    throw new Failure('bad-torrent', `${allowed} is not a file: give the path of a .torrent`, {
      field: 'source',
    })
  }

  #isFromOutside(source: string): boolean {
    return this.#restrictions.some(isFromOutside => isFromOutside(source))
  }

  #added({ torrent, added }: AddedTorrent): Added {
    return { added, torrent: this.#torrents.view(torrent), job: null }
  }
}

/**
 * Returns the first option that is invalid for a plain file. Its label is allowed, since it selects
 * the folder.
 */
function optionOfTorrents({
  directory: _directory,
  label: _label,
  ...rest
}: TorrentOptions): string | undefined {
  return Object.entries(rest).find(([, value]) => value !== undefined && value !== false)?.[0]
}

/** A sealed share has a separate folder: the given one is for its content. */
function withoutPlace(options: TorrentOptions, { sealed }: ManagedTorrent): TorrentOptions {
  const { directory: _directory, ...rest } = options
  return sealed ? rest : options
}
