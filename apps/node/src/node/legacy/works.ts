/** What takes long: making torrents, downloads of plain files, moves. Those that can be begun anew go on after a restart. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CheckedInputOf, Job } from '@shoal/api'
import { createTorrent, type Metainfo } from '@shoal/torrent'
import { describeFailure, Failure } from '../../base/failure.ts'
import { sealPath } from '../../base/sealing/seal-path.ts'
import { sealedLink } from '../../base/sealing/sealed-link.ts'
import { sharePage } from '../../base/share-link.ts'
import type { JobRecord } from '../kernel/job-store.ts'
import type { JobProgress, JobResult } from '../kernel/jobs.ts'
import { SEALED_FOLDER } from '../sealed/node-unseal.ts'
import { withoutPassword } from '../torrents/adding.ts'
import type { ManagedTorrent } from '../torrents/managed-torrent.ts'
import { nameOf } from '../torrents/torrent-log.ts'
import { ownTrackers } from '../tracker/own-trackers.ts'
import type { FileDownload } from '../transfers/protocol.ts'
import type { NodeCore } from './node-core.ts'

export type CreateOptions = Omit<CheckedInputOf<'createTorrent'>, 'path'>

interface CreateDetail {
  readonly path: string
  readonly options: CreateOptions
}

interface DownloadDetail {
  readonly source: string
  readonly directory: string
}

export class Works {
  readonly #core: NodeCore
  /** Jobs of downloads that run, by source and folder. */
  readonly #downloads = new Map<string, string>()
  readonly #stop = new AbortController()
  readonly #resuming = new Set<Promise<void>>()

  constructor(core: NodeCore) {
    this.#core = core
  }

  /** Hashes what lies there, and shares it. `path` is allowed already. */
  create(path: string, options: CreateOptions, id?: string): Job {
    return this.#core.jobs.start({
      ...(id !== undefined && { id }),
      kind: 'create',
      name: options.name ?? basename(path),
      lane: 'hashing',
      // A passphrase is kept nowhere: what is cut off is begun anew by its user.
      ...(!options.seal && { detail: { path, options } satisfies CreateDetail }),
      run: progress => this.#create(path, options, progress),
    })
  }

  /** Waits for what begins anew after a restart; the jobs themselves are closed with all others. */
  async close(): Promise<void> {
    this.#stop.abort(new Failure('closed', 'the node stops'))
    await Promise.all(this.#resuming)
  }

  /** The job that downloads it there; null when none does. */
  downloading(source: string, directory: string): Job | null {
    const id = this.#downloads.get(`${directory}\0${source}`)
    return id === undefined ? null : this.#core.jobs.get(id)
  }

  download(source: string, directory: string, download: FileDownload, id?: string): Job {
    const key = `${directory}\0${source}`
    const job = this.#core.jobs.start({
      ...(id !== undefined && { id }),
      kind: 'download',
      name: download.name,
      detail: { source, directory } satisfies DownloadDetail,
      run: progress => download.run(this.#counted(progress)).finally(() => this.#downloads.delete(key)),
    })
    this.#downloads.set(key, job.id)
    return job
  }

  /** What comes counts in the node's totals; what was there before the first report does not. */
  #counted(progress: JobProgress): JobProgress {
    let countedBytes: number | null = null
    return {
      ...progress,
      report: news => {
        if (countedBytes !== null) this.#core.traffic.countFile(Math.max(0, news.doneBytes - countedBytes))
        countedBytes = news.doneBytes
        progress.report(news)
      },
    }
  }

  /** Moves the files of a torrent. Rejects with `forbidden-path`. */
  async move(torrent: ManagedTorrent, directory: string): Promise<Job> {
    const target = await this.#core.folders.allow(directory)
    return this.#core.jobs.start({
      kind: 'move',
      name: torrent.api.name,
      torrent: torrent.id,
      lane: `move ${torrent.id}`,
      run: progress => this.#move(torrent, target, progress),
    })
  }

  /** Makes a torrent once more, for a job that the end of the last run cut off. */
  async createAgain({ id, detail }: JobRecord): Promise<void> {
    const { path, options } = detail as CreateDetail
    this.create(await this.#core.folders.allowContent(path), options, id)
  }

  /** The same for a download. The other server may not answer for long: nobody waits for that. */
  downloadAgain({ id, detail }: JobRecord): void {
    const resuming = this.#downloadAgain(id, detail as DownloadDetail).finally(() =>
      this.#resuming.delete(resuming),
    )
    this.#resuming.add(resuming)
  }

  async #downloadAgain(id: string, { source, directory }: DownloadDetail): Promise<void> {
    const { signal } = this.#stop
    try {
      const download = await this.#core.protocols.manager.download(source, {
        ...{ directory, signal },
        outsideOnly: this.#core.isFromOutside(source),
      })
      if (download.kind !== 'file') return
      if (signal.aborted) return download.close()
      this.download(source, directory, download, id)
    } catch (error) {
      // It goes on at the next start.
      if (signal.aborted) return
      this.#core.jobs.start({
        id,
        kind: 'download',
        name: basename(source),
        run: () => Promise.reject(error),
      })
    }
  }

  async #create(path: string, options: CreateOptions, progress: JobProgress): Promise<JobResult> {
    const { seal, ...plain } = options
    if (!seal) return this.#createOf(path, plain, progress)
    const { signal, report } = progress
    const folder = join(this.#core.keeper.current.downloads.directory, SEALED_FOLDER, randomUUID())
    try {
      const sealed = await sealPath(path, folder, seal, { signal, onProgress: report })
      const made = await this.#createOf(sealed.path, { ...plain, name: undefined }, progress)
      const torrent = this.#core.registry.get(made.torrent!)
      this.#core.registry.change(torrent, { name: plain.name ?? sealed.name })
      const page = sharePage(this.#core.keeper.current.network)
      const link = sealedLink(torrent.api.metainfo!, { by: seal.by, key: sealed.key }, page)
      return { ...made, path, link }
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  async #createOf(
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
    const renamed = placesOf(metainfo, basename(path))
    const place = { directory: dirname(path), trusted: true, paused: false, label, tags, renamed }
    const { torrent } = await this.#core.addTorrent(metainfo, place)
    if (torrent.row.source === null) this.#core.registry.change(torrent, { source: withoutPassword(path) })
    return { torrent: torrent.id, path }
  }

  /** A private torrent has those alone that its maker names. */
  #trackersOf(named: readonly string[], isPrivate: boolean): readonly string[] {
    if (named.length > 0 || isPrivate) return named
    const { network } = this.#core.keeper.current
    return [...new Set([...network.shareTrackers, ...ownTrackers(network)])]
  }

  async #move(torrent: ManagedTorrent, target: string, { signal, report }: JobProgress): Promise<JobResult> {
    const { registry, log } = this.#core
    const about = { torrent: torrent.id }
    report({ doneBytes: 0, totalBytes: torrent.api.stats.haveBytes })
    torrent.moving = true
    registry.touch(torrent)
    try {
      await torrent.api.move(target, { signal, onProgress: report })
      log.info(`${nameOf(torrent)} was moved to ${target}`, about)
      return { torrent: torrent.id, path: target }
    } catch (error) {
      const why = signal.aborted ? 'the move was ended' : describeFailure(error).message
      log.warn(`${nameOf(torrent)} could not be moved to ${target}: ${why}`, about)
      throw error
    } finally {
      torrent.moving = false
      registry.change(torrent, {})
    }
  }
}

/** Where the files of a new torrent lie, when it was given another name than they have on disk. */
function placesOf({ info }: Metainfo, name: string): ReadonlyMap<number, readonly string[]> | undefined {
  if (info.name === name) return undefined
  const files = info.files.filter(({ pad }) => !pad)
  return new Map(files.map(({ path }, index) => [index, [name, ...path.slice(1)]]))
}
