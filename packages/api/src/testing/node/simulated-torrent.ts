import type { SwitchableSource } from '../../choices.ts'
import type { Peer } from '../../schemas/peer.ts'
import type {
  FileCopy,
  PieceMap,
  Torrent,
  TorrentDetail,
  TorrentFile,
  Tracker,
} from '../../schemas/torrent.ts'
import { NO_FACET_DETAIL, NO_FACET_ROW } from '../../schemas/torrent-facets.ts'
import { mediaTypeOf } from './media-types.ts'
import { movePeers, samplePeers } from './peers.ts'
import { Random, seedOf } from './random.ts'
import type { PlannedFile, Title } from './titles.ts'

const EMPTY = { error: null, downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, etaSeconds: null } as const
const DOWNLOAD_FOLDER = '/home/ana/Downloads'

export interface TorrentStart {
  readonly id: string
  readonly state: Torrent['state']
  /** 0 to 1. */
  readonly progress: number
  readonly addedMs: number
  readonly uploadedBytes?: number
  /** Why it downloads nothing. */
  readonly reason?: Torrent['reason']
}

/**
 * A torrent without data: its row and the contents of its page, computed from how much of it is
 * complete.
 */
export class SimulatedTorrent {
  readonly row: Torrent
  readonly title: Title
  /** Link of a sealed share, if the node knows it. */
  sealedLink: string | null = null
  readonly random: Random
  readonly files: PlannedFile[]
  readonly priorities: number[]
  readonly names = new Map<number, string>()
  /** Other torrents with a file, by its index. */
  readonly copies = new Map<number, FileCopy[]>()
  /** The bytes of its files by path, if it was shared with them. */
  readonly contents: Readonly<Record<string, Uint8Array>> | null
  readonly pieceLengthBytes: number
  readonly options = {
    downloadLimitBytesPerSecond: null as number | null,
    uploadLimitBytesPerSecond: null as number | null,
    ...NO_FACET_DETAIL,
    sourcesOff: [] as SwitchableSource[],
  }
  webSeeds: string[]
  tiers: string[][]
  seconds = { downloading: 0, seeding: 0 }
  #order: Int32Array | null = null
  #peers: Peer[] | null = null
  /** The rates that the current ones approach. */
  #pull = 0
  #push = 0
  readonly #speed: number
  #checkedBytes = 0
  #afterCheck: Torrent['state'] = 'downloading'
  #nextAnnounce: number
  readonly #reason: Torrent['reason']

  constructor(
    title: Title,
    start: TorrentStart,
    contents: Readonly<Record<string, Uint8Array>> | null = null,
  ) {
    this.title = title
    this.contents = contents
    this.random = new Random(seedOf(start.id))
    this.files = title.files(new Random(seedOf(title.name)))
    this.priorities = this.files.map(() => 4)
    const totalBytes = this.files.reduce((sum, file) => sum + file.lengthBytes, 0)
    this.pieceLengthBytes = pieceLengthFor(totalBytes)
    this.#speed = Math.exp(this.random.between(Math.log(40_000), Math.log(11_000_000)))
    this.#nextAnnounce = this.random.integer(40, 1700)
    this.webSeeds = title.label === 'linux' ? [`https://mirror.example.net/iso/${title.name}`] : []
    this.tiers = [
      ['udp://tracker.example.org:6969/announce'],
      ['https://tracker.example.net/announce', 'wss://tracker.example.com'],
    ]
    this.#reason = start.reason ?? null
    this.row = this.#newRow(title, start, totalBytes)
    this.#settle()
    this.row.downloadBytesPerSecond = start.state === 'downloading' ? Math.round(this.#pull) : 0
    this.row.uploadBytesPerSecond = Math.round(this.#push)
  }

  #newRow(title: Title, start: TorrentStart, totalBytes: number): Torrent {
    const complete = start.progress >= 1
    const haveBytes = Math.round(totalBytes * start.progress)
    const swarmSeeds = this.random.integer(2, 900)
    return {
      id: start.id,
      infoHashV1: start.id.length === 40 ? start.id : null,
      infoHashV2: start.id.length === 64 ? start.id : this.random.hex(64),
      contentId: `baf5rei${start.id
        .toLowerCase()
        .replace(/[^2-7a-z]/g, 'a')
        .slice(0, 40)}`,
      name: title.name,
      state: start.state,
      reason: null,
      ...EMPTY,
      diskName: this.files[0]?.path.split('/', 1)[0] ?? null,
      error:
        start.state === 'error'
          ? {
              code: 'no-space',
              message: 'No space left on /home/ana/Downloads. Free some space to resume the download.',
            }
          : null,
      progress: start.progress,
      totalBytes,
      wantedBytes: totalBytes,
      haveBytes,
      downloadedBytes: start.uploadedBytes === undefined ? haveBytes : 0,
      uploadedBytes: start.uploadedBytes ?? Math.round(haveBytes * Math.exp(this.random.between(-3, 1.6))),
      ratio: null,
      peers: 0,
      seeds: 0,
      swarmSeeds,
      swarmLeeches: this.random.integer(0, swarmSeeds),
      trackerHosts: [...new Set(this.tiers.flat().map(url => new URL(url).hostname))],
      trackersFail: false,
      label: title.label,
      tags: [...title.tags],
      directory: DOWNLOAD_FOLDER,
      fileCount: this.files.length,
      private: false,
      sealed: title.sealed ?? false,
      sequential: false,
      superSeeding: false,
      firstLastFirst: false,
      queuePosition: null,
      addedMs: start.addedMs,
      completedMs: complete ? start.addedMs + this.random.integer(600_000, 40_000_000) : null,
      ...NO_FACET_ROW,
      activeMs: start.addedMs,
    }
  }

  get pieceCount(): number {
    return Math.max(1, Math.ceil(this.row.totalBytes! / this.pieceLengthBytes))
  }

  /** Advances the simulation by one step. Returns whether a visible member changed. */
  tick(seconds: number, nowMs: number): boolean {
    const { row } = this
    this.#nextAnnounce = this.#nextAnnounce <= seconds ? 1800 : this.#nextAnnounce - seconds
    if (row.state === 'checking') return this.#check(seconds, nowMs)
    if (row.state !== 'downloading' && row.state !== 'seeding') return this.#rest()
    if (row.state === 'downloading') this.seconds.downloading += seconds
    else this.seconds.seeding += seconds
    this.#wander()
    this.#transfer(seconds, nowMs)
    if (this.#peers) movePeers(this.#peers, row, this.random, seconds)
    return row.downloadBytesPerSecond > 0 || row.uploadBytesPerSecond > 0 || row.progress === 1
  }

  #rest(): boolean {
    const { row } = this
    if (row.downloadBytesPerSecond === 0 && row.uploadBytesPerSecond === 0 && row.peers === 0) return false
    Object.assign(row, EMPTY, { error: row.error, peers: 0, seeds: 0 })
    this.#peers = null
    return true
  }

  #wander(): void {
    const { row, random } = this
    if (random.chance(0.06)) this.#settle()
    const near = (rate: number, aim: number) =>
      aim === 0 ? 0 : Math.round(rate + (aim - rate) * 0.35 + aim * random.between(-0.06, 0.06))
    const down = row.state === 'downloading' ? near(row.downloadBytesPerSecond, this.#pull) : 0
    const up = near(row.uploadBytesPerSecond, this.#push)
    row.downloadBytesPerSecond = Math.max(0, Math.min(down, this.options.downloadLimitBytesPerSecond ?? down))
    row.uploadBytesPerSecond = Math.max(0, Math.min(up, this.options.uploadLimitBytesPerSecond ?? up))
    if (random.chance(0.1) && row.reason === null) row.peers = Math.max(0, row.peers + random.integer(-2, 2))
    row.seeds = Math.min(row.seeds, row.peers)
  }

  /** Chooses new target rates and numbers of peers. */
  #settle(): void {
    const { row, random } = this
    const active = row.state === 'downloading' || row.state === 'seeding'
    const idle = row.state === 'seeding' && random.chance(0.55)
    this.#explain()
    this.#pull = active && row.reason === null ? this.#speed * random.between(0.5, 1.2) : 0
    this.#push = !active || idle || row.reason !== null ? 0 : this.#speed * random.between(0.02, 0.4)
    row.peers = active ? random.integer(idle ? 0 : 2, 58) : 0
    row.seeds = row.state === 'downloading' ? random.integer(0, row.peers) : 0
    if (row.reason === null) return
    row.peers = row.reason === 'stalled' ? 3 : 0
    row.seeds = 0
  }

  /** Sets the reason why nothing arrives. */
  #explain(): void {
    const { row } = this
    row.reason = row.state === 'downloading' ? this.#reason : null
    row.trackersFail = row.reason === 'tracker-error'
  }

  #transfer(seconds: number, nowMs: number): void {
    const { row } = this
    const got = Math.min(Math.round(row.downloadBytesPerSecond * seconds), row.wantedBytes! - row.haveBytes)
    row.haveBytes += Math.max(0, got)
    row.downloadedBytes += Math.max(0, got)
    row.uploadedBytes += Math.round(row.uploadBytesPerSecond * seconds)
    if (got > 0 || row.uploadBytesPerSecond > 0) row.activeMs = nowMs
    this.refresh(nowMs)
  }

  /** Updates the members that depend on others. */
  refresh(nowMs: number): void {
    const { row } = this
    const wanted = row.wantedBytes!
    row.progress = wanted === 0 ? 1 : Math.min(1, row.haveBytes / wanted)
    const basis = row.downloadedBytes || row.haveBytes
    row.ratio = basis === 0 ? null : Math.round((row.uploadedBytes / basis) * 1000) / 1000
    const left = wanted - row.haveBytes
    row.etaSeconds =
      row.state === 'downloading' && row.downloadBytesPerSecond > 0
        ? Math.round(left / row.downloadBytesPerSecond)
        : null
    if (left > 0 || row.state !== 'downloading') return
    Object.assign(row, {
      state: 'seeding',
      downloadBytesPerSecond: 0,
      completedMs: nowMs,
      queuePosition: null,
    })
    this.#settle()
  }

  recheck(): void {
    if (this.row.state === 'checking') return
    this.#afterCheck = this.row.state === 'error' ? 'downloading' : this.row.state
    this.#checkedBytes = 0
    Object.assign(this.row, EMPTY, { state: 'checking', progress: 0 })
  }

  #check(seconds: number, nowMs: number): boolean {
    const { row } = this
    this.#checkedBytes += 450_000_000 * seconds
    row.progress = Math.min(1, this.#checkedBytes / row.totalBytes!)
    if (row.progress < 1) return true
    row.state = this.#afterCheck
    this.refresh(nowMs)
    return true
  }

  pause(): void {
    const { row } = this
    const complete = row.wantedBytes !== null && row.haveBytes >= row.wantedBytes
    Object.assign(row, EMPTY, { state: complete ? 'complete' : 'paused', peers: 0, seeds: 0 })
    this.#explain()
    this.#peers = null
  }

  resume(): void {
    const { row } = this
    if (row.state === 'downloading' || row.state === 'seeding') return
    row.error = null
    row.state = row.haveBytes >= row.wantedBytes! ? 'seeding' : 'downloading'
    this.#settle()
  }

  setPriority(indexes: readonly number[] | 'all', priority: number, nowMs: number): void {
    for (const index of indexes === 'all' ? this.files.keys() : indexes) this.priorities[index] = priority
    const { row } = this
    row.wantedBytes = this.files.reduce(
      (sum, file, at) => sum + (this.priorities[at]! > 0 ? file.lengthBytes : 0),
      0,
    )
    row.haveBytes = Math.min(row.haveBytes, row.wantedBytes)
    this.#order = null
    if (row.state === 'seeding' && row.haveBytes < row.wantedBytes) row.state = 'downloading'
    this.refresh(nowMs)
  }

  #pieceOrder(): Int32Array {
    if (this.#order) return this.#order
    const wanted: number[] = []
    let offset = 0
    for (const [index, file] of this.files.entries()) {
      const last = Math.floor(Math.max(offset, offset + file.lengthBytes - 1) / this.pieceLengthBytes)
      const first = Math.floor(offset / this.pieceLengthBytes)
      if (this.priorities[index]! > 0)
        for (let piece = first; piece <= last; piece++) if (wanted.at(-1) !== piece) wanted.push(piece)
      offset += file.lengthBytes
    }
    const order = this.row.sequential ? wanted : new Random(seedOf(this.row.id)).shuffled(wanted)
    this.#order = Int32Array.from(order)
    return this.#order
  }

  orderChanged(): void {
    this.#order = null
  }

  #have(): Uint8Array {
    const have = new Uint8Array(this.pieceCount)
    const order = this.#pieceOrder()
    const share = this.row.wantedBytes === 0 ? 1 : this.row.haveBytes / this.row.wantedBytes!
    const count = share >= 1 ? order.length : Math.floor(order.length * share)
    for (let at = 0; at < count; at++) have[order[at]!] = 1
    return have
  }

  pieceMap(): PieceMap {
    const have = this.#have()
    const bits = new Uint8Array(Math.ceil(have.length / 8))
    for (const [piece, there] of have.entries()) if (there) bits[piece >> 3]! |= 0x80 >> (piece & 7)
    const spread = new Random(seedOf(`availability ${this.row.id}`))
    const { peers, seeds } = this.row
    const availability = have.map((_, piece) => {
      const region = Math.sin(piece / (have.length / 9)) * 0.5 + 0.5
      return Math.min(255, seeds + Math.round((peers - seeds) * region * spread.between(0.2, 1)))
    })
    return {
      count: have.length,
      pieceLengthBytes: this.pieceLengthBytes,
      have: base64(bits),
      availability: base64(availability),
    }
  }

  listFiles(): TorrentFile[] {
    const have = this.#have()
    let offset = 0
    return this.files.map(({ path: planned, lengthBytes }, index) => {
      const path = this.names.get(index) ?? planned
      const haveBytes = this.#haveOf(have, offset, lengthBytes)
      offset += lengthBytes
      const href = `/files/${this.row.id}/${path.split('/').map(encodeURIComponent).join('/')}`
      return {
        index,
        path,
        lengthBytes,
        haveBytes,
        priority: this.priorities[index]!,
        copies: this.copies.get(index) ?? [],
        mediaType: mediaTypeOf(path),
        href,
      }
    })
  }

  #haveOf(have: Uint8Array, offset: number, lengthBytes: number): number {
    const size = this.pieceLengthBytes
    let bytes = 0
    for (let piece = Math.floor(offset / size); piece * size < offset + lengthBytes; piece++) {
      if (have[piece])
        bytes += Math.min((piece + 1) * size, offset + lengthBytes) - Math.max(piece * size, offset)
    }
    return bytes
  }

  get #says() {
    return this.title.says ?? ((text: string) => text)
  }

  peers(): Peer[] {
    if (this.row.state !== 'downloading' && this.row.state !== 'seeding') return []
    this.#peers ??= samplePeers(this.row, this.webSeeds, this.random, this.#says)
    const off: readonly string[] = this.options.sourcesOff
    return this.#peers.filter(({ kind }) => !off.includes(kind))
  }

  trackers(): Tracker[] {
    const { row } = this
    const on = row.state === 'downloading' || row.state === 'seeding'
    const counts = { seeds: row.swarmSeeds, leeches: row.swarmLeeches, downloads: 4_812 }
    const none = {
      tier: null,
      message: null,
      seeds: null,
      leeches: null,
      downloads: null,
      nextAnnounceSeconds: null,
    }
    const asked = this.tiers.flatMap((urls, tier) =>
      urls.map((url, at): Tracker => {
        const bad = row.trackersFail || (tier === 1 && at === 0)
        return {
          url,
          kind: 'tracker',
          tier,
          state: !on ? 'idle' : bad ? 'failed' : 'ok',
          message: bad && on ? this.#says('The tracker does not answer') : null,
          peers: bad ? 0 : Math.ceil(row.peers / 2),
          ...(bad ? { seeds: null, leeches: null, downloads: null } : counts),
          nextAnnounceSeconds: on ? Math.round(this.#nextAnnounce + tier * 60) : null,
        }
      }),
    )
    const state = on ? 'ok' : 'idle'
    return [
      ...asked,
      { url: 'DHT', kind: 'dht', state, peers: Math.ceil(row.peers / 3), ...none },
      { url: 'PEX', kind: 'pex', state, peers: Math.floor(row.peers / 4), ...none },
      { url: 'LSD', kind: 'lsd', state, peers: 0, ...none },
    ]
  }

  detail(): TorrentDetail {
    const { row } = this
    return {
      ...row,
      magnet: `magnet:?${row.infoHashV1 === null ? '' : `xt=urn:btih:${row.infoHashV1}&`}xt=urn:btmh:1220${row.infoHashV2}&dn=${encodeURIComponent(row.name.toWellFormed())}`,
      link: row.sealed ? this.sealedLink : shareLink(row.id),
      audience: row.sealed && this.sealedLink === null ? null : 'machine',
      version: 'hybrid',
      comment: this.title.comment ?? null,
      createdBy: this.#says('Shoal 0.1'),
      createdMs: row.addedMs - 86_400_000,
      pieceCount: this.pieceCount,
      pieceLengthBytes: this.pieceLengthBytes,
      wastedBytes: Math.round(row.downloadedBytes * 0.0012),
      webSeeds: this.webSeeds,
      changedFiles: [],
      ...this.options,
      downloadingSeconds: Math.round(this.seconds.downloading),
      seedingSeconds: Math.round(this.seconds.seeding),
      sessionDownloadedBytes: this.row.downloadedBytes,
      sessionUploadedBytes: this.row.uploadedBytes,
      seenCompleteMs: this.row.completedMs,
      source: `magnet:?xt=urn:btih:${row.id}`,
    }
  }
}

/** Returns a share link as long as a real one. It opens nothing. */
export function shareLink(seed: string): string {
  const bytes = atob(btoa(new Random(seedOf(`link ${seed}`)).hex(60)))
  return `#s2${btoa(bytes).replace(/[+/=]/g, '')}`
}

function pieceLengthFor(totalBytes: number): number {
  let length = 65_536
  while (totalBytes / length > 2_000 && length < 33_554_432) length *= 2
  return length
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
