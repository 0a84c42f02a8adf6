/**
 * Creating and rechecking a torrent of one large file on all cores, against the hash rate of one
 * core that `openssl speed` measures between the runs. The file is in the page cache, as it is
 * after a download.
 */
import { availableParallelism } from 'node:os'
import { randomFile, tempDir } from '../interop/support/files.ts'
import { createTorrent } from '../packages/torrent/src/hash/create.ts'
import { createHashPool } from '../packages/torrent/src/hash/hash-pool.node.ts'
import type { HashPool } from '../packages/torrent/src/hash/hash-pool.ts'
import { recheck } from '../packages/torrent/src/hash/recheck.ts'
import { PieceLayout } from '../packages/torrent/src/metainfo/layout.ts'
import type { Metainfo } from '../packages/torrent/src/metainfo/metainfo.ts'
import type { BenchOptions, Section } from './bench.ts'
import type { Version } from './content.ts'
import { versions as seen } from './contestants.ts'
import { type Medium, media, settle } from './media.ts'
import { opensslBytesPerSecond, opensslVersion } from './openssl.ts'
import { against, medianOf, megabytes, rate } from './statistics.ts'

const VERSIONS: readonly Version[] = ['v1', 'v2', 'hybrid']
const TASKS = ['create', 'recheck'] as const
const GOAL_RATIO = 1.7

interface HashRun {
  readonly seconds: number
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  /**
   * Result of `openssl speed` on one core in the same round; for hybrid, both hashes one after the
   * other.
   */
  readonly opensslBytesPerSecond: number
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? 2 ** 26 : 2 ** 30
  const sections: Section[] = []
  seen.add(await opensslVersion())
  for (const medium of media(options.medium)) {
    options.log(`create and recheck, ${megabytes(lengthBytes)}, ${medium.name}`)
    sections.push(toSection(medium, lengthBytes, await measureAll(medium, lengthBytes, options)))
  }
  return sections
}

async function measureAll(medium: Medium, lengthBytes: number, { runs, log }: BenchOptions) {
  const measured = new Map<string, HashRun[]>()
  await using directory = await tempDir('hash', medium.folder)
  const { path } = await randomFile(directory.join('content.bin'), lengthBytes)
  await settle(medium, lengthBytes)
  const pool = createHashPool()
  try {
    for (let round = 0; round < runs; round++) {
      const v1 = await opensslBytesPerSecond('sha1')
      const v2 = await opensslBytesPerSecond('sha256')
      const reference = { v1, v2, hybrid: 1 / (1 / v1 + 1 / v2) }
      for (const version of VERSIONS) {
        const both = await measureBoth(path, version, pool)
        for (const task of TASKS) {
          const name = `${task} ${version}`
          const one = { ...both[task], opensslBytesPerSecond: reference[version] }
          measured.set(name, [...(measured.get(name) ?? []), one])
        }
      }
      log(`  ${round + 1} of ${runs}`)
    }
    return measured
  } finally {
    await pool.close()
  }
}

/** Creates the torrent, then rechecks it. */
async function measureBoth(path: string, version: Version, pool: HashPool) {
  let metainfo!: Metainfo
  const create = await measure(async () => {
    metainfo = await createTorrent(path, { version }, { pool })
  })
  const { info, pieceLayers } = metainfo
  const storage = {
    segments: (offset: number, length: number) => [{ path, offset, length }],
    read: () => Promise.reject(new Error('The file is on disk')),
  }
  const rechecked = await measure(async () => {
    const have = await recheck({ info, layout: new PieceLayout(info), storage, pool, pieceLayers })
    if (!have.isFull) throw new Error(`${path} has changed: is another program writing to it?`)
  })
  return { create, recheck: rechecked }
}

async function measure(work: () => Promise<void>): Promise<Omit<HashRun, 'opensslBytesPerSecond'>> {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await work()
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}

function toSection(
  medium: Medium,
  lengthBytes: number,
  measured: ReadonlyMap<string, readonly HashRun[]>,
): Section {
  const cores = availableParallelism()
  const all = [...measured].map(([name, runs]) => {
    const openssl = medianOf(runs, run => run.opensslBytesPerSecond)
    const bytesPerSecond = lengthBytes / medianOf(runs, run => run.seconds)
    const byCpu = (cores * lengthBytes) / medianOf(runs, run => run.cpuSeconds) / openssl
    return { name, runs, openssl, bytesPerSecond, byCpu, ratio: bytesPerSecond / openssl }
  })
  return {
    title: `Create and recheck ${megabytes(lengthBytes)} on ${cores} cores, against openssl on one core, ${medium.name}`,
    columns: ['', 'rate', 'each run, ms', 'openssl', 'ratio', 'ratio by CPU time', 'cores used'],
    rows: all.map(({ name, runs, openssl, bytesPerSecond, byCpu, ratio }) => [
      name,
      rate(bytesPerSecond),
      runs.map(({ seconds }) => (seconds * 1000).toFixed(0)).join(' '),
      rate(openssl),
      `${ratio.toFixed(2)} x`,
      `${byCpu.toFixed(2)} x`,
      medianOf(runs, run => run.cpuSeconds / run.seconds).toFixed(2),
    ]),
    goals: all.map(({ name, ratio }) => against(`Rate, ${name}, to openssl's`, ratio, GOAL_RATIO, 'least')),
    runs: Object.fromEntries(measured),
  }
}
