/** Jobs that make torrents of files and folders of this machine, and share them. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CheckedInputOf, Job } from '@shoal/api'
import { createTorrent, type Metainfo } from '@shoal/torrent'
import { sealPath } from '../../base/sealing/seal-path.ts'
import { sealedLink } from '../../base/sealing/sealed-link.ts'
import { sharePage } from '../../base/share-link.ts'
import { AbsentCapability } from '../kernel/capability.ts'
import type { JobRecord } from '../kernel/job-store.ts'
import type { JobProgress, JobResult } from '../kernel/jobs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { SEALED_FOLDER, type Sealed } from '../sealed/service.ts'
import type { Torrents } from '../torrents/service.ts'
import type { OwnTrackerService } from '../tracker/service.ts'

export type CreateOptions = Omit<CheckedInputOf<'createTorrent'>, 'path'>

/** Details of a job, kept for a restart. */
interface CreateDetail {
  readonly path: string
  readonly options: CreateOptions
}

export interface CreateParts {
  readonly kernel: Kernel
  readonly torrents: Torrents
  readonly sealed: Sealed | null
  readonly tracker: OwnTrackerService | null
}

export class TorrentCreator {
  readonly #kernel: Kernel
  readonly #torrents: Torrents
  readonly #sealed: Sealed | null
  readonly #tracker: OwnTrackerService | null

  constructor({ kernel, torrents, sealed, tracker }: CreateParts) {
    this.#kernel = kernel
    this.#torrents = torrents
    this.#sealed = sealed
    this.#tracker = tracker
  }

  /** Starts the job that hashes a file or folder and shares it. `path` is allowed already. */
  create(path: string, options: CreateOptions, id?: string): Job {
    if (options.seal && !this.#sealed) throw new AbsentCapability('Sealing')
    return this.#kernel.jobs.start({
      ...(id !== undefined && { id }),
      kind: 'create',
      name: options.name ?? basename(path),
      lane: 'hashing',
      // A passphrase is kept nowhere: what is cut off is begun anew by its user.
      ...(!options.seal && { detail: { path, options } satisfies CreateDetail }),
      run: progress => this.#create(path, options, progress),
    })
  }

  /** Starts a job again that the end of the last run cut off. Rejects with `forbidden-path`. */
  async resume({ id, detail }: JobRecord): Promise<void> {
    const { path, options } = detail as CreateDetail
    this.create(await this.#kernel.folders.allowContent(path), options, id)
  }

  async #create(path: string, options: CreateOptions, progress: JobProgress): Promise<JobResult> {
    const { seal, ...plain } = options
    if (!seal) return this.#createPlain(path, plain, progress)
    const { signal, report } = progress
    const folder = join(this.#kernel.settings.current.downloads.directory, SEALED_FOLDER, randomUUID())
    try {
      const sealed = await sealPath(path, folder, seal, { signal, onProgress: report })
      const made = await this.#createPlain(sealed.path, { ...plain, name: undefined }, progress)
      const torrent = this.#torrents.registry.get(made.torrent!)
      this.#torrents.registry.change(torrent, { name: plain.name ?? sealed.name })
      const page = sharePage(this.#kernel.settings.current.network)
      const link = sealedLink(torrent.api.metainfo!, { by: seal.by, key: sealed.key }, page)
      return { ...made, path, link }
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  async #createPlain(
    path: string,
    options: Omit<CreateOptions, 'seal'>,
    { signal, report }: JobProgress,
  ): Promise<JobResult> {
    const { label, tags, trackers, name, comment, source, pieceLengthBytes, ...rest } = options
    const metainfo = await createTorrent(
      path,
      {
        ...rest,
        trackers: this.#trackersOf(trackers, rest.private).map(url => [url]),
        ...(name !== undefined && { name }),
        ...(comment !== undefined && { comment }),
        ...(source !== undefined && { source }),
        ...(pieceLengthBytes !== undefined && { pieceLengthBytes }),
      },
      { signal, onProgress: report },
    )
    const renamed = findPlaces(metainfo, basename(path))
    const place = { directory: dirname(path), trusted: true, paused: false, label, tags, renamed }
    const { torrent } = await this.#torrents.add(metainfo, place)
    if (torrent.row.source === null) this.#torrents.registry.change(torrent, { source: path })
    return { torrent: torrent.id, path }
  }

  /** A private torrent has those alone that its maker names. */
  #trackersOf(named: readonly string[], isPrivate: boolean): readonly string[] {
    if (named.length > 0 || isPrivate) return named
    const { network } = this.#kernel.settings.current
    return [...new Set([...network.shareTrackers, ...(this.#tracker?.announceUrls() ?? [])])]
  }
}

/** Where the files of a new torrent lie, when it was given another name than they have on disk. */
function findPlaces({ info }: Metainfo, name: string): ReadonlyMap<number, readonly string[]> | undefined {
  if (info.name === name) return undefined
  const files = info.files.filter(({ pad }) => !pad)
  return new Map(files.map(({ path }, index) => [index, [name, ...path.slice(1)]]))
}
