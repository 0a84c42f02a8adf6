/** Jobs that create and share torrents of files and folders on this machine. */
import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CheckedInputOf, Job, SealTo } from '@shoal/api'
import { AbsentCapability } from '@shoal/daemon/capability'
import { Failure } from '@shoal/daemon/failure'
import { isWeak } from '@shoal/identity/passphrases'
import { SEALED_NAME } from '@shoal/links'
import { createTorrent, type FolderFilter, type Metainfo } from '@shoal/torrent'
import { makeFolders } from '@shoal/torrent/make-folders'
import { ContentFilter, SEALED_FOLDER } from '../../base/files/content-filter.ts'
import { readHeldPaths, realFolder } from '../../base/files/held-paths.ts'
import { SHOAL } from '../../base/program.ts'
import { sealPath } from '../../base/sealing/seal-path.ts'
import { createSealedLink, linkedPeers, sharePage } from '../../base/share-link.ts'
import type { Findables } from '../findable/service.ts'
import type { JobRecord } from '../kernel/job-store.ts'
import type { JobProgress, JobResult } from '../kernel/jobs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Published } from '../network/service.ts'
import type { Sealed } from '../sealed/service.ts'
import { facetInput, type ManagedTorrent, type Torrents } from '../torrents/service.ts'
import type { OwnTrackerService } from '../tracker/service.ts'

export type CreateOptions = Omit<CheckedInputOf<'createTorrent'>, 'path'>

type HashOptions = Omit<CreateOptions, 'seal' | 'hidden'> & { readonly filter?: FolderFilter }

/** Details of a job, stored for a restart. */
interface CreateDetail {
  readonly path: string
  readonly options: CreateOptions
}

export interface CreateParts {
  readonly kernel: Kernel
  readonly torrents: Torrents
  readonly sealed: Sealed | null
  readonly tracker: OwnTrackerService | null
  readonly findables: Findables | null
  readonly published: Published | null
  /** Creates a hidden folder. Leftovers of a crash are deleted at the next start. */
  stage(): Promise<string>
}

/** A plain copy that was uploaded to this node to be sealed. */
export interface Passing {
  readonly path: string
  /** Deleted as soon as the content is sealed, or at the end of the job. */
  readonly folder: string
}

export class TorrentCreator {
  readonly #kernel: Kernel
  readonly #torrents: Torrents
  readonly #sealed: Sealed | null
  readonly #tracker: OwnTrackerService | null
  readonly #findables: Findables | null
  readonly #published: Published | null
  readonly #stage: CreateParts['stage']
  /** Folders that are being deleted. */
  readonly #clearing = new Set<Promise<unknown>>()

  constructor({ kernel, torrents, sealed, tracker, findables, published, stage }: CreateParts) {
    this.#kernel = kernel
    this.#torrents = torrents
    this.#sealed = sealed
    this.#tracker = tracker
    this.#findables = findables
    this.#published = published
    this.#stage = stage
  }

  /**
   * Starts the job that hashes and shares a file or folder. `path` must already be checked as
   * allowed.
   */
  create(path: string, options: CreateOptions, id?: string): Job {
    this.check(options)
    return this.#start(path, options, null, id)
  }

  /** The same for an upload that is sealed, of which no plain copy is kept. */
  createSealed({ path, folder }: Passing, options: CreateOptions): Job {
    const job = this.#start(path, options, folder)
    const clearing = this.#kernel.jobs
      .whenEnded(job.id)
      .then(() => rm(folder, { recursive: true, force: true }))
      .catch(error => this.#kernel.log.error(`${folder} could not be deleted: ${error.message}`))
      .finally(() => this.#clearing.delete(clearing))
    this.#clearing.add(clearing)
    return job
  }

  /** Throws if a job with these options cannot be started. */
  check({ seal, findable, paused, ...how }: CreateOptions): void {
    if (seal && !this.#sealed) throw new AbsentCapability('Sealing')
    this.#torrents.registry.facets.check(how)
    if (findable && !this.#findables) throw new AbsentCapability('Search in the Shoal network')
    if (findable && (seal || how.private))
      throw new Failure('bad-argument', 'private torrents and sealed shares are never published for search', {
        field: 'findable',
      })
    if (findable && paused)
      throw new Failure('bad-argument', 'what is paused is not published for search: leave out one of both', {
        field: 'findable',
      })
    if (seal?.by === 'passphrase' && !seal.allowWeak && isWeak(seal.passphrase))
      throw new Failure(
        'weak-passphrase',
        `this passphrase is easy to guess: use six random words, such as ${SHOAL} passphrase makes`,
        { field: 'seal.passphrase' },
      )
  }

  /** Call it when the jobs have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#clearing)
  }

  #start(path: string, options: CreateOptions, passing: string | null, id?: string): Job {
    return this.#kernel.jobs.start({
      ...(id !== undefined && { id }),
      kind: 'create',
      name: options.name ?? basename(path),
      lane: 'hashing',
      // Passphrases are not stored, so such a job cannot be resumed.
      ...(!options.seal && { detail: { path, options } satisfies CreateDetail }),
      run: progress => this.#create(path, options, passing, progress),
    })
  }

  /**
   * Restarts a job that was interrupted by the end of the last run. Rejects with `forbidden-path`.
   */
  async resume({ id, detail }: JobRecord): Promise<void> {
    const { path, options } = detail as CreateDetail
    this.create(await this.#kernel.folders.allowContent(path), options, id)
  }

  async #create(
    path: string,
    { seal, hidden = false, ...options }: CreateOptions,
    passing: string | null,
    progress: JobProgress,
  ): Promise<JobResult> {
    const { filter } = await this.#contentOf(path, hidden, passing)
    if (seal) return this.#createSealed(path, { ...options, seal, filter }, passing, progress)
    // Without a usable signing key, do not share anything.
    if (options.findable) await this.#findables!.check()
    const metainfo = await this.#hash(path, { ...options, filter }, progress)
    const torrent = await this.#add(metainfo, path, options)
    if (torrent.row.source === null) this.#torrents.registry.change(torrent, { source: path })
    await this.#makeFindable(torrent, options)
    return { torrent: torrent.id, path }
  }

  /** Publishes a torrent for search if requested, in the options or the settings. */
  async #makeFindable(
    torrent: ManagedTorrent,
    {
      findable,
      license,
      language,
      paused = false,
    }: Pick<CreateOptions, 'findable' | 'license' | 'language' | 'paused'>,
  ): Promise<void> {
    const { shoal } = this.#kernel.settings.current
    const isPublic = !paused && !torrent.sealed && !torrent.api.metainfo?.info.private
    if (!this.#findables || !(findable ?? (shoal.findable && isPublic))) return
    const making = this.#findables.make(torrent, {
      ...(license !== undefined && { license }),
      ...(language !== undefined && { language }),
    })
    if (findable) await making
    // If only the setting asked for it, a failure does not fail the share.
    else
      await making.catch(error =>
        this.#kernel.log.warn(`${torrent.name} cannot be found by search: ${error.message}`),
      )
  }

  /** Omits hidden and incomplete files, except the path itself, which the user chose. */
  async #contentOf(path: string, hidden: boolean, passing: string | null): Promise<ContentFilter> {
    if (passing !== null) return new ContentFilter({ hidden })
    const content = new ContentFilter({
      hidden,
      held: await readHeldPaths(this.#kernel.dataDir),
      leave: ['unfinished', 'sealed'],
    })
    const real = join(await realFolder(dirname(path)), basename(path))
    if (content.holderOf(real) === 'unfinished')
      throw new Failure(
        'conflict',
        `${path} is not completely downloaded: wait until it is, or remove the download`,
      )
    return content
  }

  /**
   * Nothing unfinished appears in the download folder: neither the sealed file nor a plain copy.
   */
  async #createSealed(
    path: string,
    { seal, filter, ...options }: HashOptions & { seal: SealTo },
    passing: string | null,
    progress: JobProgress,
  ): Promise<JobResult> {
    const { signal, report } = progress
    const staging = await this.#stage()
    const { directory } = this.#kernel.settings.current.downloads
    const target = join(directory, SEALED_FOLDER, randomUUID(), SEALED_NAME)
    try {
      const sealed = await sealPath(path, staging, seal, { signal, filter, onProgress: report })
      if (passing !== null) await rm(passing, { recursive: true, force: true })
      const metainfo = await this.#hash(sealed.path, { ...options, name: undefined }, progress)
      await makeFolders(dirname(target))
      await rename(sealed.path, target)
      const torrent = await this.#add(metainfo, target, options)
      const { registry } = this.#torrents
      registry.change(torrent, { name: options.name ?? sealed.name, source: null })
      // On failure, its link is lost at the next start, but it is still shared.
      await this.#sealed!.keep(torrent, sealed.seal, passing === null ? path : null).catch(error =>
        this.#kernel.log.warn(`the link of ${torrent.name} cannot be kept: ${error.message}`),
      )
      const { network } = this.#kernel.reach
      return {
        torrent: torrent.id,
        path: passing === null ? path : null,
        link: createSealedLink(
          torrent.api,
          sealed.seal,
          sharePage(network),
          linkedPeers(torrent.api, network),
        ),
      }
    } catch (error) {
      await rm(dirname(target), { recursive: true, force: true })
      throw error
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
  }

  #hash(path: string, options: HashOptions, { signal, report }: JobProgress): Promise<Metainfo> {
    const { trackers, name, comment, source, pieceLengthBytes, version, webSeeds, filter } = options
    return createTorrent(
      path,
      {
        ...{ version, webSeeds, private: options.private },
        trackers: this.#trackersOf(trackers, options.private).map(url => [url]),
        ...(filter && { filter }),
        ...(name !== undefined && { name }),
        ...(comment !== undefined && { comment }),
        ...(source !== undefined && { source }),
        ...(pieceLengthBytes !== undefined && { pieceLengthBytes }),
      },
      { signal, onProgress: report },
    )
  }

  async #add(metainfo: Metainfo, path: string, options: HashOptions): Promise<ManagedTorrent> {
    const renamed = findPlaces(metainfo, basename(path))
    const start = startOf(options)
    const { paused = false } = start
    const place = { directory: dirname(path), trusted: true, renamed }
    const { torrent, added } = await this.#torrents.add(metainfo, { ...start, paused, ...place })
    // While paused, it does not check what was just hashed.
    if (added && paused) await torrent.api.trust()
    if (!added) await this.#torrents.changeExisting(torrent, { ...start, webSeeds: options.webSeeds })
    // The chosen name takes precedence over the one on disk.
    if (added && renamed) this.#torrents.registry.change(torrent, { name: metainfo.info.name })
    this.#published?.add(torrent)
    return torrent
  }

  /** A private torrent only has the trackers that its creator named. */
  #trackersOf(named: readonly string[], isPrivate: boolean): readonly string[] {
    if (named.length > 0 || isPrivate) return named
    const { network } = this.#kernel.settings.current
    return [...new Set([...network.shareTrackers, ...(this.#tracker?.announceUrls() ?? [])])]
  }
}

/** The options that do not change the torrent itself. */
function startOf({
  label,
  tags,
  paused,
  superSeeding,
  peers,
  downloadLimitBytesPerSecond,
  uploadLimitBytesPerSecond,
  queue,
  ...rest
}: HashOptions) {
  return {
    ...{ label, tags, paused, superSeeding, peers, queue, ...facetInput(rest) },
    ...{ downloadLimitBytesPerSecond, uploadLimitBytesPerSecond },
  }
}

/** Returns the paths on disk of a new torrent's files if its name differs from that on disk. */
function findPlaces({ info }: Metainfo, name: string): ReadonlyMap<number, readonly string[]> | undefined {
  if (info.name === name) return undefined
  const files = info.files.filter(({ pad }) => !pad)
  return new Map(files.map(({ path }, index) => [index, [name, ...path.slice(1)]]))
}
