/**
 * Ten thousand small torrents that are complete and idle: added, and restored by a session that
 * knows them.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { tempDir } from '../interop/support/files.ts'
import { makeSmallTorrents } from '../interop/support/small-torrents.ts'
import { usageSince } from '../interop/support/usage.ts'
import type { BenchOptions, Section } from './bench.ts'
import { type Contestant, startPeer } from './contestants.ts'
import { inNode } from './many-in-node.ts'
import { media } from './media.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'

const KINDS: readonly Contestant[] = ['shoal', 'libtorrent']

interface ManyRun {
  readonly addSeconds: number
  readonly residentBytesPerTorrent: number
  readonly residentBytes: number
  /** Fraction of one core while idle. */
  readonly idleCpu: number
}

/** The output of `ours/restore.ts`. */
interface Restored {
  readonly openSeconds: number
  readonly seconds: number
  readonly longestMs: number
  readonly longestCpuMs: number
  readonly residentBytes: number
  /** Fraction of one core while idle. */
  readonly idleCpu: number
}

type RestoredKind = 'complete' | 'unfinished'

export async function run(options: BenchOptions): Promise<Section[]> {
  const count = options.quick ? 500 : 10_000
  const medium = media(options.medium)[0]
  if (!medium) return []
  options.log(`${count} torrents, ${medium.name}`)
  await using directory = await tempDir('many', medium.folder)
  const torrents = await makeSmallTorrents(directory, count)
  const many = (kind: Contestant) => measure(kind, torrents, directory.join('content'), options.quick)
  const { runs, failures } = await takeTurns(
    Object.fromEntries(KINDS.map(kind => [kind, () => many(kind)])),
    options,
  )
  const ours = runs.get('shoal') ?? []
  const complete = await restoreAll(directory.path, 'complete', options)
  const unfinished = await restoreAll(directory.path, 'unfinished', options)
  return [
    restoredSection(complete, 'complete', count),
    restoredSection(unfinished, 'unfinished', count),
    await inNode(directory.path, torrents, options),
    {
      title: `${count} complete torrents of 64 KiB, idle`,
      columns: ['', 'time to add', 'RSS per torrent, above the empty session', 'RSS', 'CPU while idle'],
      rows: [...runs].map(([name, all]) => {
        if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '', '']
        return [
          name,
          seconds(medianOf(all, run => run.addSeconds)),
          `${(medianOf(all, run => run.residentBytesPerTorrent) / 1000).toFixed(1)} KB`,
          megabytes(medianOf(all, run => run.residentBytes)),
          `${(100 * medianOf(all, run => run.idleCpu)).toFixed(2)} %`,
        ]
      }),
      runs: Object.fromEntries(runs),
      goals: [
        against(
          'RSS per torrent',
          medianOf(ours, run => run.residentBytesPerTorrent) / 1000,
          8,
          'most',
          ' KB',
        ),
        against(
          'Time to add',
          medianOf(ours, run => run.addSeconds),
          5,
          'most',
          ' s',
        ),
        against('CPU while idle', 100 * medianOf(ours, run => run.idleCpu), 2, 'most', ' %'),
      ],
    },
  ]
}

async function restoreAll(
  folder: string,
  kind: RestoredKind,
  { runs, log }: BenchOptions,
): Promise<Restored[]> {
  const state = join(folder, `state-${kind}`)
  const program = join(import.meta.dirname, 'ours', 'restore.ts')
  const start = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, [program, state, kind, ...args])).stdout
  await start(folder)
  const restored: Restored[] = []
  for (let run = 1; run <= runs; run++) {
    restored.push(JSON.parse(await start()) as Restored)
    log(`  restored ${kind} ones: ${run} of ${runs}`)
  }
  return restored
}

function restoredSection(runs: readonly Restored[], kind: RestoredKind, count: number): Section {
  const time = medianOf(runs, run => run.seconds)
  const stall = medianOf(runs, run => run.longestCpuMs)
  const kilobytes = medianOf(runs, run => run.residentBytes) / count / 1000
  const idle = 100 * medianOf(runs, run => run.idleCpu)
  return {
    title: `${count} ${kind} torrents of 64 KiB, restored from records in files`,
    columns: [
      '',
      'until the session is open',
      'until all are checked',
      'longest turn',
      'of which CPU',
      'RSS each',
      'CPU while idle',
    ],
    rows: [
      [
        'shoal',
        seconds(medianOf(runs, run => run.openSeconds)),
        seconds(time),
        `${medianOf(runs, run => run.longestMs).toFixed(0)} ms`,
        `${stall.toFixed(0)} ms`,
        `${kilobytes.toFixed(1)} KB`,
        `${idle.toFixed(1)} %`,
      ],
    ],
    runs: { shoal: runs },
    goals: [
      against(`Time to restore ${kind} ones`, time, 5, 'most', ' s'),
      against(`Longest turn of the event loop with ${kind} ones, CPU`, stall, 50, 'most', ' ms'),
      ...(kind === 'complete' ? [against('RSS per restored torrent', kilobytes, 5.1, 'most', ' KB')] : []),
    ],
  }
}

async function measure(
  kind: Contestant,
  torrents: readonly string[],
  directory: string,
  quick: boolean,
): Promise<ManyRun> {
  await using peer = await startPeer(kind)
  if (!peer.addMany) throw new Error(`${kind} cannot add many`)
  const empty = await peer.usage()
  const added = await peer.addMany(torrents, directory)
  // Wait for pending work after adding, so that only permanent work is measured.
  await sleep(quick ? 500 : 5000)
  const before = await peer.usage()
  const started = performance.now()
  await sleep(quick ? 1000 : 10_000)
  const after = await peer.usage()
  const { userSeconds, systemSeconds } = usageSince(before, after)
  return {
    addSeconds: added.seconds,
    residentBytes: after.residentBytes,
    residentBytesPerTorrent: (after.residentBytes - empty.residentBytes) / torrents.length,
    idleCpu: (userSeconds + systemSeconds) / ((performance.now() - started) / 1000),
  }
}
