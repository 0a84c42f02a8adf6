/** A node that starts with thousands of complete torrents in its catalogue. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectNode } from '@shoal/api'
import type { BenchOptions, Section } from './bench.ts'
import { against, medianOf, percentile, seconds } from './statistics.ts'

const PROGRAM = join(import.meta.dirname, 'ours', 'node.ts')
/** Loading libp2p takes half a second a moment after the start, with any number of torrents. */
const SETTINGS = ['shoal.enabled=off']
const ADDED_AT_ONCE = 16
const LOOK_EVERY_MS = 10

interface Start {
  /** Until the API answers. */
  readonly seconds: number
  /** Response times of `GET /health` in the seconds that follow, in milliseconds. */
  readonly healthMs: readonly number[]
}

/** `folder` contains the torrents' content in `content`. */
export async function inNode(
  folder: string,
  torrents: readonly string[],
  { runs, quick, log }: BenchOptions,
): Promise<Section> {
  await withNode(folder, ({ url, token }) => addAll({ url, token }, torrents))
  const starts: Start[] = []
  for (let run = 1; run <= runs; run++) {
    const began = performance.now()
    await withNode(folder, async ({ url }) => {
      const elapsed = (performance.now() - began) / 1000
      starts.push({ seconds: elapsed, healthMs: await lookAtHealth(url, quick ? 1000 : 10_000) })
    })
    log(`  started a node: ${run} of ${runs}`)
  }
  const time = medianOf(starts, start => start.seconds)
  const slowest = medianOf(starts, ({ healthMs }) => percentile(healthMs, 1))
  return {
    title: `A node starts with ${torrents.length} complete torrents of 64 KiB in its catalogue`,
    columns: ['', 'until it answers', 'slowest answer of /health after that', 'median'],
    rows: [
      [
        'shoal',
        seconds(time),
        `${slowest.toFixed(0)} ms`,
        `${medianOf(starts, ({ healthMs }) => percentile(healthMs, 0.5)).toFixed(1)} ms`,
      ],
    ],
    runs: { shoal: starts },
    goals: [
      against('Start of a node', time, 5, 'most', ' s'),
      against('Slowest answer of /health', slowest, 50, 'most', ' ms'),
    ],
  }
}

interface Access {
  readonly url: string
  readonly token: string
}

async function withNode(folder: string, work: (access: Access) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, folder, ...SETTINGS], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    await work(JSON.parse(line) as Access)
  } finally {
    child.stdin.end()
    const killed = setTimeout(() => child.kill('SIGKILL'), 30_000)
    if (child.exitCode === null) await once(child, 'exit')
    clearTimeout(killed)
  }
}

async function addAll(access: Access, paths: readonly string[]): Promise<void> {
  const node = connectNode(access)
  let next = 0
  const add = async () => {
    while (next < paths.length) {
      const torrent = (await readFile(paths[next++]!)).toString('base64')
      await node.addTorrent({ torrent, trusted: true })
    }
  }
  await Promise.all(Array.from({ length: ADDED_AT_ONCE }, add))
}

async function lookAtHealth(url: string, forMs: number): Promise<number[]> {
  const times: number[] = []
  for (const endMs = performance.now() + forMs; performance.now() < endMs; await sleep(LOOK_EVERY_MS)) {
    const startMs = performance.now()
    await (await fetch(new URL('/health', url))).text()
    times.push(performance.now() - startMs)
  }
  return times
}
