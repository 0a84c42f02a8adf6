/** One download from few and from many peers: the cost of a connected peer. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from '../interop/support/files.ts'
import { usageSince } from '../interop/support/usage.ts'
import type { BenchOptions, Section } from './bench.ts'
import { startPeer } from './contestants.ts'
import { type Medium, media, settle } from './media.ts'
import { against, medianOf, megabytes, rate, seconds, takeTurns } from './statistics.ts'

const MIB = 2 ** 20
const PIECE_BYTES = 256 * 1024
const FEW = 50
const MANY = 500

interface Run {
  readonly bytesPerSecond: number
  readonly userSeconds: number
  readonly systemSeconds: number
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? 32 * MIB : 1024 * MIB
  // The disk does not matter.
  const [medium] = media(options.medium)
  if (!medium) return []
  options.log(`peers, ${megabytes(lengthBytes)}, ${medium.name}`)
  await using directory = await tempDir('bench', medium.folder)
  const { path, infoHash } = await zeroTorrent(directory.path, lengthBytes)
  const contest = (peers: number) => () =>
    download({ medium, folder: directory.join('leech'), torrent: path, infoHash, lengthBytes, peers })
  const { runs, failures } = await takeTurns(
    { [`${FEW} peers`]: contest(FEW), [`${MANY} peers`]: contest(MANY) },
    options,
  )
  const median = (peers: number, quantity: (run: Run) => number) =>
    medianOf(runs.get(`${peers} peers`) ?? [], quantity)
  const cpu = (run: Run) => run.userSeconds + run.systemSeconds
  return [
    {
      title: `Download ${megabytes(lengthBytes)} of zeros, v1, from peers of which half are seeds, ${medium.name}`,
      columns: ['', 'rate', 'rate, each run', 'user CPU', 'system CPU'],
      rows: [...runs].map(([name, all]) => {
        if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '', '']
        return [
          name,
          rate(medianOf(all, one => one.bytesPerSecond)),
          all.map(one => (one.bytesPerSecond / 1e6).toFixed(0)).join(' '),
          seconds(medianOf(all, one => one.userSeconds)),
          seconds(medianOf(all, one => one.systemSeconds)),
        ]
      }),
      runs: Object.fromEntries(runs),
      goals: [
        against(
          `Rate with ${MANY} peers, to that with ${FEW}`,
          median(MANY, one => one.bytesPerSecond) / median(FEW, one => one.bytesPerSecond),
          0.9,
          'least',
        ),
        against(
          `CPU with ${MANY} peers, to that with ${FEW}`,
          median(MANY, cpu) / median(FEW, cpu),
          1.1,
          'most',
        ),
      ],
    },
  ]
}

interface Download {
  readonly medium: Medium
  readonly folder: string
  readonly torrent: string
  readonly infoHash: string
  readonly lengthBytes: number
  readonly peers: number
}

/**
 * Timing starts when all peers are connected; only the first ones may have received requests by
 * then.
 */
async function download({ medium, folder, torrent, infoHash, lengthBytes, peers }: Download): Promise<Run> {
  await mkdir(folder, { recursive: true })
  await settle(medium, lengthBytes + 2 ** 29)
  let crowd: ChildProcess | null = null
  try {
    await using leech = await startPeer('shoal')
    const before = await leech.usage()
    await leech.begin!({ torrent, directory: folder })
    const started = performance.now()
    const args = [leech.port, infoHash, peers, Math.ceil(lengthBytes / PIECE_BYTES)].map(String)
    crowd = spawn(process.execPath, [join(import.meta.dirname, 'rivals', 'crowd.ts'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await leech.done!()
    const elapsed = (performance.now() - started) / 1000
    return { bytesPerSecond: lengthBytes / elapsed, ...usageSince(before, await leech.usage()) }
  } finally {
    if (crowd?.exitCode === null) {
      crowd.kill('SIGKILL')
      await once(crowd, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
}

/** A torrent of zeros, so that peers need not read what they send. */
async function zeroTorrent(folder: string, lengthBytes: number): Promise<{ path: string; infoHash: string }> {
  const hash = createHash('sha1').update(new Uint8Array(PIECE_BYTES)).digest()
  const hashes = Buffer.concat(Array.from({ length: lengthBytes / PIECE_BYTES }, () => hash))
  const info = Buffer.concat([
    Buffer.from(
      `d6:lengthi${lengthBytes}e4:name5:zeros12:piece lengthi${PIECE_BYTES}e6:pieces${hashes.length}:`,
    ),
    hashes,
    Buffer.from('e'),
  ])
  const path = join(folder, 'zeros.torrent')
  await writeFile(path, Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('e')]))
  return { path, infoHash: createHash('sha1').update(info).digest('hex') }
}
