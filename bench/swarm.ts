/** One seeder and eight leechers of the same client. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Of } from '../interop/support/files.ts'
import { usageSince } from '../interop/support/usage.ts'
import type { BenchOptions, Section } from './bench.ts'
import { type Content, makeContents } from './content.ts'
import { type Contestant, startPeer } from './contestants.ts'
import { type Medium, media, settle } from './media.ts'
import type { BenchPeer } from './peers/peer.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'

const MIB = 2 ** 20
const LEECHERS = 8
const KINDS: readonly Contestant[] = ['shoal', 'libtorrent', 'webtorrent']

interface SwarmRun {
  /** From the command until the last leecher is complete. */
  readonly seconds: number
  /** Total of all nine processes. */
  readonly userSeconds: number
  readonly systemSeconds: number
  /** Maximum over all processes. */
  readonly peakResidentBytes: number
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? 16 * MIB : 256 * MIB
  const sections: Section[] = []
  for (const medium of media(options.medium)) {
    options.log(`swarm, ${megabytes(lengthBytes)}, ${medium.name}`)
    await using contents = await makeContents(medium, lengthBytes, ['v1'])
    const { runs, failures } = await takeTurns(
      Object.fromEntries(KINDS.map(kind => [kind, () => swarm(medium, contents.of('v1'), kind)])),
      options,
      ['webtorrent'],
    )
    const time = (name: string) => medianOf(runs.get(name) ?? [], run => run.seconds)
    sections.push({
      title: `One seeder, ${LEECHERS} leechers of the same client, ${megabytes(lengthBytes)}, v1, ${medium.name}`,
      columns: [
        '',
        'until all are complete',
        'each run, s',
        'user CPU, total',
        'system CPU, total',
        'highest peak RSS',
      ],
      rows: [...runs].map(([name, all]) => {
        if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '', '', '']
        return [
          name,
          seconds(time(name)),
          all.map(run => run.seconds.toFixed(1)).join(' '),
          seconds(medianOf(all, run => run.userSeconds)),
          seconds(medianOf(all, run => run.systemSeconds)),
          megabytes(medianOf(all, run => run.peakResidentBytes)),
        ]
      }),
      runs: Object.fromEntries(runs),
      goals: [against("Time, to libtorrent's", time('shoal') / time('libtorrent'), 0.8, 'most')],
    })
  }
  return sections
}

async function swarm(medium: Medium, content: Content, kind: Contestant): Promise<SwarmRun> {
  // A file per leecher, and the memory of nine processes.
  await settle(medium, LEECHERS * content.lengthBytes + 9 * 2 ** 28)
  await using stack = new AsyncDisposableStack()
  const peers: BenchPeer[] = []
  const folders: string[] = []
  for (let i = 0; i <= LEECHERS; i++) {
    peers.push(stack.use(await startPeer(kind)))
    folders.push(join(content.folder, `leech${i}`))
    await mkdir(folders[i]!, { recursive: true })
    stack.defer(() => rm(folders[i]!, { recursive: true, force: true }))
  }
  const [seeder, ...leechers] = peers as [BenchPeer, ...BenchPeer[]]
  await seeder.seed(content.torrent, content.seedFolder)
  const before = await Promise.all(peers.map(peer => peer.usage()))
  const started = performance.now()
  const { torrent } = content
  await Promise.all(
    leechers.map((leecher, index) => leecher.begin!({ torrent, directory: folders[index + 1]! })),
  )
  // All are connected to each other, each pair once.
  await Promise.all(
    leechers.flatMap((leecher, index) => peers.slice(0, index + 1).map(other => leecher.dial!(other.port))),
  )
  await Promise.all(leechers.map(leecher => leecher.done!()))
  const elapsed = (performance.now() - started) / 1000
  const after = await Promise.all(peers.map(peer => peer.usage()))
  const used = after.map((usage, index) => usageSince(before[index]!, usage))
  if (!content.checked.has(kind)) {
    for (const folder of folders.slice(1))
      if ((await sha256Of(join(folder, content.name))) !== content.sha256)
        throw new Error(`a ${kind} leecher downloaded something else`)
    content.checked.add(kind)
  }
  return {
    seconds: elapsed,
    userSeconds: used.reduce((sum, { userSeconds }) => sum + userSeconds, 0),
    systemSeconds: used.reduce((sum, { systemSeconds }) => sum + systemSeconds, 0),
    peakResidentBytes: Math.max(...used.map(({ peakResidentBytes }) => peakResidentBytes)),
  }
}
