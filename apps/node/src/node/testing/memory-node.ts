import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import type { CheckedInputOf, CountedLabel, Job, NodeOperations, TorrentDetail } from '@shoal/api'
import {
  formatMagnet,
  type InfoHashes,
  infoHashText,
  parseMagnet,
  parseMetainfo,
  torrentCid,
} from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { emptyDetail } from './empty-detail.ts'

type Operations = Pick<NodeOperations, 'addTorrent' | 'moveTorrent' | 'getTorrent' | 'getJob' | 'listLabels'>

/** A small node without a network: torrents are added and moved, and nothing is downloaded. */
export class MemoryNode {
  readonly torrents = new Map<string, TorrentDetail>()
  readonly labels: CountedLabel[] = []
  readonly jobs = new Map<string, Job>()
  /** Thrown by the next call of addTorrent. */
  nextFault: Error | null = null
  /** How many calls of getJob a move takes; it fails with `moveFault` if that is set. */
  moveAnswers = 2
  moveFault: { code: string; message: string } | null = null
  readonly #moving = new Map<string, number>()
  readonly #directory: string

  constructor(directory = '/downloads') {
    this.#directory = directory
  }

  readonly operations: Operations = {
    addTorrent: async input => this.#add(input),
    getTorrent: async ({ id }) => this.#torrent(id),
    listLabels: async () => ({ items: this.labels, tags: [] }),
    moveTorrent: async ({ id, directory }) => {
      const job = newJob(this.#torrent(id).name, id, directory)
      this.jobs.set(job.id, job)
      this.#moving.set(job.id, this.moveAnswers)
      return job
    },
    getJob: async ({ id }) => this.#job(id),
  }

  /** For `contentPath`. */
  contentPath = (id: string): string => {
    const { directory, name } = this.#torrent(id)
    return join(directory, name)
  }

  #add({ source, torrent, label, paused, directory }: CheckedInputOf<'addTorrent'>) {
    const fault = this.nextFault
    this.nextFault = null
    if (fault) throw fault
    const { infoHashes, name, totalBytes } = read(source, torrent)
    const id = infoHashText(infoHashes)
    const known = this.torrents.get(id)
    if (known) return { added: false, torrent: known, job: null }
    const added = newTorrent(infoHashes, {
      name,
      totalBytes,
      label: label ?? null,
      state: paused ? 'paused' : 'downloading',
      directory: directory ?? this.#directory,
      source: source ?? null,
    })
    this.torrents.set(id, added)
    return { added: true, torrent: added, job: null }
  }

  #torrent(id: string): TorrentDetail {
    const torrent = this.torrents.get(id)
    if (!torrent) throw new Failure('not-found', 'there is no such torrent')
    return torrent
  }

  #job(id: string): Job {
    const job = this.jobs.get(id)
    if (!job) throw new Failure('not-found', 'there is no such job')
    const left = this.#moving.get(id)! - 1
    this.#moving.set(id, left)
    if (left > 0 || job.endedMs !== null) return job
    const ended: Job = {
      ...job,
      endedMs: 1,
      state: this.moveFault ? 'failed' : 'done',
      error: this.moveFault,
    }
    this.jobs.set(id, ended)
    if (!this.moveFault)
      this.torrents.set(job.torrent!, { ...this.#torrent(job.torrent!), directory: job.path! })
    return ended
  }
}

function read(source: string | undefined, torrent: string | undefined) {
  if (torrent !== undefined) {
    const { info } = parseMetainfo(Buffer.from(torrent, 'base64'))
    return { infoHashes: info.infoHashes, name: info.name, totalBytes: info.lengthBytes }
  }
  const { infoHashes, name } = parseMagnet(source ?? '')
  return { infoHashes, name: name ?? infoHashText(infoHashes), totalBytes: null }
}

function newJob(name: string, torrent: string, path: string): Job {
  return {
    id: randomUUID(),
    kind: 'move',
    name: basename(name),
    state: 'running',
    doneBytes: 0,
    totalBytes: null,
    bytesPerSecond: 0,
    error: null,
    torrent,
    path,
    link: null,
    startedMs: 0,
    endedMs: null,
  }
}

function newTorrent(
  infoHashes: InfoHashes,
  known: Pick<TorrentDetail, 'name' | 'totalBytes' | 'label' | 'state' | 'directory' | 'source'>,
): TorrentDetail {
  return {
    ...emptyDetail(infoHashText(infoHashes), known.name),
    infoHashV1: infoHashes.v1 ? infoHashText({ v1: infoHashes.v1 }) : null,
    infoHashV2: infoHashes.v2 ? infoHashText({ v2: infoHashes.v2 }) : null,
    wantedBytes: known.totalBytes,
    magnet: formatMagnet({ infoHashes, name: known.name, trackers: [], webSeeds: [], peers: [] }),
    contentId: torrentCid(infoHashes),
    ...known,
  }
}
