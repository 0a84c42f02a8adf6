/**
 * Creating and rechecking a torrent of one big file, against what one core can hash: `openssl speed` with blocks of 16 KiB, measured
 * between the runs. The files are in the page cache, as they are after a download.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createTorrent } from '../packages/torrent/src/hash/create.ts'
import { createHashPool } from '../packages/torrent/src/hash/hash-pool.node.ts'
import type { HashPool } from '../packages/torrent/src/hash/hash-pool.ts'
import { recheck } from '../packages/torrent/src/hash/recheck.ts'
import { PieceLayout } from '../packages/torrent/src/metainfo/layout.ts'
import type { Metainfo, TorrentVersion } from '../packages/torrent/src/metainfo/metainfo.ts'

export interface CreateRecheckOptions {
  /** Size of the file. Default 1 GiB. */
  readonly bytes?: number
  /** Default 5. */
  readonly runs?: number
  /** Folders to put it in, by what the table calls them. Default: tmpfs and disk, as far as they are there. */
  readonly folders?: ReadonlyMap<string, string>
  readonly signal?: AbortSignal
}

export interface CreateRecheckRow {
  readonly work: 'create' | 'recheck'
  readonly version: TorrentVersion
  readonly folder: string
  /** Milliseconds of each run, in order. All but the first find the threads running. */
  readonly runsMs: readonly number[]
  readonly bytesPerSecond: number
  /** What `openssl speed` does on one core; for hybrid, one after the other. */
  readonly referenceBytesPerSecond: number
  /** Median of the runs over median of the reference. */
  readonly ratio: number
  /** CPU of the whole process over wall time, in the median run. */
  readonly cores: number
}

/** The goal for `ratio`, where there are two cores. */
export const GOAL_RATIO = 1.7

const VERSIONS = ['v1', 'v2', 'hybrid'] as const
const WORKS = ['create', 'recheck'] as const
const TMPFS_MAGIC = 0x01021994

interface Run {
  readonly ms: number
  readonly cpuMs: number
}

/** Measures every combination of work, version and folder, interleaved, so that what disturbs disturbs all of them. */
export async function run(options: CreateRecheckOptions = {}): Promise<CreateRecheckRow[]> {
  const { bytes = 2 ** 30, runs = 5, folders = await defaultFolders(), signal } = options
  const rows: CreateRecheckRow[] = []
  for (const [folder, parent] of folders) {
    const directory = await mkdtemp(join(parent, 'shoal-bench-'))
    const pool = createHashPool()
    try {
      const path = join(directory, 'file')
      await writeRandom(path, bytes)
      const references = { sha1: [] as number[], sha256: [] as number[] }
      const measured = new Map<string, Run[]>()
      for (let i = 0; i < runs; i++) {
        signal?.throwIfAborted()
        for (const algorithm of ['sha1', 'sha256'] as const)
          references[algorithm].push(await opensslBytesPerSecond(algorithm))
        for (const version of VERSIONS) await measureBoth(path, version, pool, measured)
      }
      const one = { v1: median(references.sha1), v2: median(references.sha256) }
      const speeds = { ...one, hybrid: 1 / (1 / one.v1 + 1 / one.v2) }
      for (const work of WORKS)
        for (const version of VERSIONS)
          rows.push(rowOf(work, version, folder, measured.get(work + version)!, bytes, speeds[version]))
    } finally {
      await pool.close()
      await rm(directory, { recursive: true })
    }
  }
  return rows
}

/** Creates the torrent, then rechecks it, and adds the two runs. */
async function measureBoth(path: string, version: TorrentVersion, pool: HashPool, into: Map<string, Run[]>) {
  const add = (work: string, measured: Run) =>
    into.set(work + version, [...(into.get(work + version) ?? []), measured])
  let metainfo!: Metainfo
  add(
    'create',
    await measure(async () => {
      metainfo = await createTorrent(path, { version }, { pool })
    }),
  )
  const { info, pieceLayers } = metainfo
  const storage = {
    segments: (offset: number, length: number) => [{ path, offset, length }],
    read: () => Promise.reject(new Error('the file is on disk')),
  }
  add(
    'recheck',
    await measure(async () => {
      const have = await recheck({ info, layout: new PieceLayout(info), storage, pool, pieceLayers })
      if (!have.isFull) throw new Error(`${path} is not what it was: is something else writing to it?`)
    }),
  )
}

async function measure(work: () => Promise<void>): Promise<Run> {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await work()
  const ms = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuMs: (user + system) / 1000 }
}

function rowOf(
  work: CreateRecheckRow['work'],
  version: TorrentVersion,
  folder: string,
  runs: readonly Run[],
  bytes: number,
  referenceBytesPerSecond: number,
): CreateRecheckRow {
  const middle = runs.toSorted((a, b) => a.ms - b.ms)[runs.length >>> 1]!
  const bytesPerSecond = bytes / (middle.ms / 1000)
  const ratio = bytesPerSecond / referenceBytesPerSecond
  const runsMs = runs.map(({ ms }) => ms)
  return {
    work,
    version,
    folder,
    runsMs,
    bytesPerSecond,
    referenceBytesPerSecond,
    ratio,
    cores: middle.cpuMs / middle.ms,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >>> 1]!
}

/** One core's rate, from the last number that `openssl speed` prints (thousands of bytes a second). */
async function opensslBytesPerSecond(algorithm: 'sha1' | 'sha256'): Promise<number> {
  const { stdout } = await promisify(execFile)('openssl', [
    'speed',
    '-seconds',
    '1',
    '-bytes',
    '16384',
    algorithm,
  ])
  const rate = Number(/([\d.]+)k\s*$/.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error('openssl speed printed no rate: is it OpenSSL 1.1 or later?')
  return rate * 1000
}

async function defaultFolders(): Promise<Map<string, string>> {
  const folders = new Map<string, string>()
  for (const folder of ['/dev/shm', tmpdir()]) {
    const kind = await statfs(folder).catch(() => null)
    if (!kind) continue
    const name = kind.type === TMPFS_MAGIC ? 'tmpfs' : 'disk'
    if (!folders.has(name)) folders.set(name, folder)
  }
  return folders
}

async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w')
  const chunk = new Uint8Array(2 ** 20)
  for (let at = 0; at < chunk.length; at += 65536) crypto.getRandomValues(chunk.subarray(at, at + 65536))
  const counter = new DataView(chunk.buffer)
  for (let at = 0; at < bytes; at += chunk.length) {
    counter.setFloat64(0, at)
    await file.write(chunk, 0, Math.min(chunk.length, bytes - at))
  }
  await file.sync()
  await file.close()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const row of await run()) {
    const rate = (row.bytesPerSecond / 1e9).toFixed(2)
    const reference = (row.referenceBytesPerSecond / 1e9).toFixed(2)
    const verdict = row.ratio >= GOAL_RATIO ? 'reached' : 'not reached'
    const what = `${row.work} ${row.version} on ${row.folder}`.padEnd(26)
    const runs = row.runsMs.map(ms => ms.toFixed(0)).join(' ')
    console.log(
      `${what} ${rate} GB/s, openssl ${reference}: x ${row.ratio.toFixed(2)} (goal ${GOAL_RATIO} ${verdict}), ${row.cores.toFixed(2)} cores, ms: ${runs}`,
    )
  }
}
