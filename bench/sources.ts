/**
 * One download from five rate-limited sources of different kinds, compared with the sum of their
 * limits. There is no rival.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'
import {
  CAPPED_KINDS,
  type CappedFile,
  type CappedKind,
  type CappedSource,
  startCapped,
} from '../interop/support/capped-source.ts'
import { randomFile, sha256Of, tempDir } from '../interop/support/files.ts'
import { makeTorrent, Shoal } from '../interop/support/shoal.ts'
import { openWsTracker } from '../interop/support/ws-tracker.ts'
import type { BenchOptions, Section } from './bench.ts'
import { type Medium, media, settle } from './media.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'

const MB = 1_000_000
const GOAL = 0.95
const DONE_MS = 600_000
const NAMES: Readonly<Record<CappedKind, string>> = {
  tcp: 'TCP peer',
  utp: 'uTP peer',
  webrtc: 'WebRTC peer',
  http: 'HTTP web seed',
  ftp: 'FTP web seed',
}

/** The limit of each kind in bytes per second; missing kinds do not take part. */
type Caps = Partial<Readonly<Record<CappedKind, number>>>

interface Run {
  /** From the time when every source has delivered until everything is verified. */
  readonly bytesPerSecond: number
  /** From the command until everything is verified. */
  readonly seconds: number
  readonly wastedBytes: number
  /** Bytes from each source, by kind. */
  readonly gave: Readonly<Partial<Record<CappedKind, number>>>
}

const UPWARD = capsOf([1, 2, 3, 4, 5])
/** The row of all five sources, for comparison with rows of fewer: the same limits. */
const WHOLE = 'all five: TCP 1, uTP 2, WebRTC 3, HTTP 4, FTP 5 MB/s'
const ALL: Readonly<Record<string, Caps>> = {
  [WHOLE]: UPWARD,
  'all five: TCP 5, uTP 4, WebRTC 3, HTTP 2, FTP 1 MB/s': capsOf([5, 4, 3, 2, 1]),
}
const PARTS: Readonly<Record<string, Caps>> = {
  'BitTorrent alone: TCP, uTP, WebRTC': only(['tcp', 'utp', 'webrtc']),
  'no BitTorrent: HTTP, FTP': only(['http', 'ftp']),
  ...Object.fromEntries(CAPPED_KINDS.map(kind => [`${NAMES[kind]} alone`, only([kind])])),
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? 30 * MB : 200 * MB
  // The disk does not matter.
  const [medium] = media(options.medium)
  if (!medium) return []
  options.log(`sources, ${megabytes(lengthBytes)}, ${medium.name}`)
  await using directory = await tempDir('bench', medium.folder)
  const { path, sha256 } = await randomFile(directory.join('seed', 'content.bin'), lengthBytes)
  const { torrent } = await makeTorrent(path, directory.join('content.torrent'), {
    pieceLengthBytes: 2 ** 19,
  })
  await using tracker = await openWsTracker()
  const file = { path, torrent, tracker: tracker.url }
  const contest = (caps: Caps) => () =>
    download({ medium, file, sha256, folder: directory.join('leech'), lengthBytes, caps })
  const all = Object.entries({ ...ALL, ...PARTS })
  const { runs, failures } = await takeTurns(
    Object.fromEntries(all.map(([name, caps]) => [name, contest(caps)])),
    options,
    Object.keys(PARTS),
  )
  const rate = (name: string) => medianOf(runs.get(name) ?? [], ({ bytesPerSecond }) => bytesPerSecond)
  const time = (name: string) => medianOf(runs.get(name) ?? [], one => one.seconds)
  const failed = (name: string) => [name, `failed: ${failures.get(name)}`, '', '', '', '', '']
  return [
    {
      title: `Download ${megabytes(lengthBytes)} from sources with a limit each, hybrid, ${medium.name}`,
      columns: ['', 'sum of limits', 'rate', 'of the sum', 'whole command', 'twice', 'bytes by source'],
      rows: Object.entries(ALL).map(([name, caps]) => {
        if (failures.has(name)) return failed(name)
        const taken = runs.get(name)!
        return [
          name,
          megabytesPerSecond(sum(caps)),
          megabytesPerSecond(rate(name)),
          (rate(name) / sum(caps)).toFixed(3),
          seconds(time(name)),
          megabytes(medianOf(taken, one => one.wastedBytes)),
          shares(taken[0]!.gave),
        ]
      }),
      runs: Object.fromEntries(runs),
      goals: Object.entries(ALL).map(([name, caps]) =>
        against(`Rate of ${name}, to the sum`, rate(name) / sum(caps), GOAL, 'least'),
      ),
    },
    {
      title: `With and without BitTorrent, with one source and with all: ${megabytes(lengthBytes)}, hybrid, ${medium.name}`,
      columns: ['', 'sum of limits', 'rate', 'of the sum', 'whole command', 'to all five', 'bytes by source'],
      rows: Object.entries({ [WHOLE]: UPWARD, ...PARTS }).map(([name, caps]) => {
        if (failures.has(name)) return failed(name)
        return [
          name,
          megabytesPerSecond(sum(caps)),
          megabytesPerSecond(rate(name)),
          (rate(name) / sum(caps)).toFixed(3),
          seconds(time(name)),
          `${(time(name) / time(WHOLE)).toFixed(1)} x`,
          shares(runs.get(name)![0]!.gave),
        ]
      }),
      runs: {},
      goals: [],
    },
  ]
}

interface Download {
  readonly medium: Medium
  readonly file: CappedFile
  readonly sha256: string
  readonly folder: string
  readonly lengthBytes: number
  readonly caps: Caps
}

async function download({ medium, file, sha256, folder, lengthBytes, caps }: Download): Promise<Run> {
  await mkdir(folder, { recursive: true })
  await settle(medium, lengthBytes + 2 ** 29)
  const sources: CappedSource[] = []
  try {
    for (const [kind, bytesPerSecond] of Object.entries(caps))
      sources.push(await startCapped(kind as CappedKind, bytesPerSecond, file))
    await using shoal = await Shoal.open({ directory: folder, trackers: true, webrtc: {} })
    const begun = performance.now()
    const torrent = await shoal.add(file.torrent, {
      trackers: sources.some(({ kind }) => kind === 'webrtc') ? [file.tracker] : [],
    })
    for (const source of sources) await source.introduce(torrent)
    const left = new Map<CappedKind, number>()
    torrent.on('peerClosed', peer => left.set(peer.kind as CappedKind, peer.downloadedBytes))
    let all: { atMs: number; bytes: number } | null = null
    torrent.on('piece', () => {
      if (all || gaveBy(torrent).size < sources.length) return
      all = { atMs: performance.now(), bytes: torrent.stats.downloadedBytes }
    })
    await shoal.done(torrent, DONE_MS)
    const endedMs = performance.now()
    if (!all) throw new Error(`only ${[...gaveBy(torrent).keys()].join(', ')} delivered`)
    const from: { atMs: number; bytes: number } = all
    const { wastedBytes, downloadedBytes } = torrent.stats
    const useful = downloadedBytes - wastedBytes - from.bytes
    if ((await sha256Of(join(folder, 'content.bin'))) !== sha256) throw new Error('something else arrived')
    return {
      bytesPerSecond: useful / ((endedMs - from.atMs) / 1000),
      seconds: (endedMs - begun) / 1000,
      wastedBytes,
      gave: Object.fromEntries([...left, ...gaveBy(torrent)]),
    }
  } finally {
    for (const source of sources) await source[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Bytes that each connected source has delivered, by kind; without sources that delivered nothing.
 */
function gaveBy(torrent: TorrentApi): Map<CappedKind, number> {
  const gave = new Map<CappedKind, number>()
  for (const { kind, address, downloadedBytes } of torrent.peers()) {
    const name = kind === 'webseed' ? (address.startsWith('ftp:') ? 'ftp' : 'http') : kind
    if (downloadedBytes > 0) gave.set(name as CappedKind, downloadedBytes)
  }
  return gave
}

function capsOf(megabytes: readonly number[]): Readonly<Record<CappedKind, number>> {
  return Object.fromEntries(CAPPED_KINDS.map((kind, at) => [kind, megabytes[at]! * MB])) as Record<
    CappedKind,
    number
  >
}

function only(kinds: readonly CappedKind[]): Caps {
  return Object.fromEntries(kinds.map(kind => [kind, UPWARD[kind]]))
}

function sum(caps: Caps): number {
  return Object.values(caps).reduce((total, one) => total + one, 0)
}

function shares(gave: Run['gave']): string {
  return Object.entries(gave)
    .map(([kind, bytes]) => `${kind} ${(bytes / MB).toFixed(0)}`)
    .join(', ')
}

function megabytesPerSecond(bytesPerSecond: number): string {
  return `${(bytesPerSecond / MB).toFixed(2)} MB/s`
}
