/** uTP: as a pipe and under BitTorrent over loopback, on a lossy link, and next to TCP on a slow line with a long queue. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cannotCreateLink, Link, type LinkOptions, type LinkStatistics } from '../interop/support/link.ts'
import { CubicFlow } from '../interop/support/pipes/cubic-flow.ts'
import type { PipeKind } from '../interop/support/pipes/pipe.ts'
import { PipeEnd } from '../interop/support/pipes/pipe-end.ts'
import { cpuSeconds, usageSince } from '../interop/support/usage.ts'
import type { BenchOptions, Section } from './bench.ts'
import { type Content, makeContents } from './content.ts'
import { type Contestant, startPeer } from './contestants.ts'
import { type Medium, media } from './media.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'
import { transfer } from './transfer.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const LOOPBACK_UTP = { host: '127.0.0.1', transport: 'utp' } as const
const LOSSY: LinkOptions = { bitsPerSecond: 50e6, roundTripMs: 80, bufferMs: 100, loss: 0.005 }
const SLOW: LinkOptions = { bitsPerSecond: 10e6, roundTripMs: 20, bufferMs: 250 }
/** The flows that share the slow line. */
const SLOW_FLOWS = {
  shoal: ['shoal'],
  libtorrent: ['libtorrent'],
  TCP: ['tcp'],
  'TCP with shoal': ['shoal', 'tcp'],
  'TCP with libtorrent': ['libtorrent', 'tcp'],
} as const

interface Transferred {
  readonly bytesPerSecond: number
  /** CPU time of both processes per GiB. */
  readonly cpuPerGib: number
}

interface Queued {
  /** All bytes that passed the line, and those of the TCP flow. */
  readonly bytesPerSecond: number
  readonly tcpBytesPerSecond: number
  readonly delay: LinkStatistics
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const [medium] = media('tmpfs').concat(media())
  const sections = [await loopback(medium!, options)]
  if (cannotCreateLink) options.log(`no links: ${cannotCreateLink}`)
  else sections.push(await lossy(medium!, options), await slow(medium!, options))
  return sections
}

async function loopback(medium: Medium, options: BenchOptions): Promise<Section> {
  const pipeBytes = options.quick ? 32 * MIB : 512 * MIB
  // libtorrent needs a minute for 512 MiB.
  const contentBytes = options.quick ? 8 * MIB : 128 * MIB
  options.log(`uTP over loopback, ${megabytes(pipeBytes)}`)
  await using contents = await makeContents(medium, contentBytes, ['v1'])
  const content = contents.of('v1')
  const clients = (seeder: Contestant, leecher: Contestant) => () =>
    overLoopback(medium, content, seeder, leecher)
  const { runs, failures } = await takeTurns(
    {
      'shoal, pipe': () => pipe('shoal', pipeBytes),
      'node:dgram, pipe': () => pipe('bare', pipeBytes),
      'libtorrent to libtorrent': clients('libtorrent', 'libtorrent'),
      'shoal to libtorrent': clients('shoal', 'libtorrent'),
      'libtorrent to shoal': clients('libtorrent', 'shoal'),
      'shoal to shoal': clients('shoal', 'shoal'),
    },
    options,
  )
  const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
  const rival = speed('libtorrent to libtorrent')
  return {
    title: `uTP over loopback: ${megabytes(pipeBytes)} through a pipe, ${megabytes(contentBytes)} between clients`,
    columns: ['', 'rate, MB/s', 'each run', 'CPU of both per GiB'],
    rows: [...runs].map(([name, all]) => {
      if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '']
      const each = all.map(run => (run.bytesPerSecond / 1e6).toFixed(1)).join(' ')
      return [name, (speed(name) / 1e6).toFixed(1), each, seconds(medianOf(all, run => run.cpuPerGib))]
    }),
    runs: Object.fromEntries(runs),
    goals: [
      against('Rate of the pipe', speed('shoal, pipe') / 1e6, 80, 'least', ' MB/s'),
      against(
        "Rate of the pipe, to node:dgram's",
        speed('shoal, pipe') / speed('node:dgram, pipe'),
        0.5,
        'least',
      ),
      against("Shoal to libtorrent, to libtorrent's own", speed('shoal to libtorrent') / rival, 1, 'least'),
      against("libtorrent to Shoal, to libtorrent's own", speed('libtorrent to shoal') / rival, 1, 'least'),
    ],
  }
}

async function pipe(kind: PipeKind, bytes: number): Promise<Transferred> {
  await using sink = await PipeEnd.start(kind)
  await using source = await PipeEnd.start(kind)
  const port = await sink.listen(LOOPBACK_UTP.host)
  const before = [await sink.usage(), await source.usage()] as const
  await source.flood(LOOPBACK_UTP.host, port, bytes)
  const elapsed = await sink.received(bytes)
  const cpu =
    cpuSeconds(usageSince(before[0], await sink.usage())) +
    cpuSeconds(usageSince(before[1], await source.usage()))
  return { bytesPerSecond: bytes / elapsed.seconds, cpuPerGib: (cpu * GIB) / bytes }
}

async function overLoopback(
  medium: Medium,
  content: Content,
  seeder: Contestant,
  leecher: Contestant,
): Promise<Transferred> {
  const networks = { seeder: LOOPBACK_UTP, leecher: LOOPBACK_UTP }
  const { bytesPerSecond, pairSeconds } = await transfer(
    medium,
    content,
    seeder,
    leecher,
    'leecher',
    networks,
  )
  return { bytesPerSecond, cpuPerGib: (pairSeconds * GIB) / content.lengthBytes }
}

async function lossy(medium: Medium, options: BenchOptions): Promise<Section> {
  const lengthBytes = options.quick ? 2 * MIB : 32 * MIB
  options.log(`uTP on a lossy link, ${megabytes(lengthBytes)}`)
  await using contents = await makeContents(medium, lengthBytes, ['v1'])
  let seed = 0
  const on = (who: Contestant) => async () => {
    // Both lose the same packets in a round, as far as they send at the same time.
    await using link = await Link.create({ ...LOSSY, seed: 1 + (seed++ >> 1) })
    const networks = { seeder: { ...utpAt(link.near) }, leecher: { ...utpAt(link.far) } }
    const { bytesPerSecond } = await transfer(medium, contents.of('v1'), who, who, 'leecher', networks)
    return { bytesPerSecond, link: (await link.measure()).there }
  }
  const { runs, failures } = await takeTurns({ shoal: on('shoal'), libtorrent: on('libtorrent') }, options)
  const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
  return {
    title: `uTP, ${megabytes(lengthBytes)} between two of a client over 50 Mbit/s, 80 ms, 0.5 % loss, 100 ms of buffer`,
    columns: ['', 'rate, MB/s', 'each run', 'delay in the queue', 'lost', 'sent beyond the payload'],
    rows: [...runs].map(([name, all]) => {
      if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '', '', '']
      return [
        name,
        (speed(name) / 1e6).toFixed(2),
        all.map(run => (run.bytesPerSecond / 1e6).toFixed(2)).join(' '),
        `${medianOf(all, run => run.link.meanDelayMs).toFixed(0)} ms`,
        String(medianOf(all, run => run.link.lost + run.link.full)),
        `${(100 * (medianOf(all, run => run.link.bytes) / lengthBytes - 1)).toFixed(1)} %`,
      ]
    }),
    runs: Object.fromEntries(runs),
    goals: [against("Rate, to libtorrent's", speed('shoal') / speed('libtorrent'), 1.5, 'least')],
  }
}

async function slow(medium: Medium, options: BenchOptions): Promise<Section> {
  const [warmMs, measuredMs] = options.quick ? [2000, 2000] : [8000, 20_000]
  options.log('uTP on a slow line')
  await using contents = await makeContents(medium, options.quick ? 16 * MIB : 64 * MIB, ['v1'])
  const content = contents.of('v1')
  const runs = new Map<string, Queued[]>(Object.keys(SLOW_FLOWS).map(name => [name, []]))
  for (let round = 0; round < options.runs; round++) {
    // The lines are separate and need little processor time, so all are measured at the same time.
    const results = await Promise.all(
      Object.entries(SLOW_FLOWS).map(async ([name, flows]) => {
        const directory = join(content.folder, `slow ${name}`)
        return [name, await measureSlow(content, directory, flows, warmMs, measuredMs)] as const
      }),
    )
    for (const [name, result] of results) runs.get(name)!.push(result)
    options.log(`  ${round + 1} of ${options.runs}`)
  }
  const median = (name: string, quantity: (run: Queued) => number) => medianOf(runs.get(name)!, quantity)
  const tcpRate = (name: string) => median(name, run => run.tcpBytesPerSecond)
  const meanDelay = (name: string) => median(name, run => run.delay.meanDelayMs)
  const highDelay = (name: string) => median(name, run => run.delay.highDelayMs)
  const goalsOf = (who: 'shoal' | 'libtorrent') => [
    against(`Added delay of ${who} alone, 95 %`, highDelay(who), 100, 'most', ' ms'),
    against(
      `TCP's rate next to ${who}, to TCP alone`,
      tcpRate(`TCP with ${who}`) / tcpRate('TCP'),
      0.9,
      'least',
    ),
    against(
      `TCP's delay next to ${who}, to TCP alone`,
      meanDelay(`TCP with ${who}`) / meanDelay('TCP'),
      1.1,
      'most',
    ),
  ]
  return {
    title: `uTP on a line of 10 Mbit/s, 20 ms, 250 ms of buffer, alone and next to TCP (cubic), ${measuredMs / 1000} s`,
    columns: [
      '',
      'rate of all, Mbit/s',
      'of TCP',
      'delay in the queue, mean',
      'median',
      '95 %',
      'mean, each run',
    ],
    rows: [...runs].map(([name, all]) => [
      name,
      ((median(name, run => run.bytesPerSecond) * 8) / 1e6).toFixed(2),
      ((tcpRate(name) * 8) / 1e6).toFixed(2),
      `${meanDelay(name).toFixed(0)} ms`,
      `${median(name, run => run.delay.medianDelayMs)} ms`,
      `${highDelay(name)} ms`,
      all.map(run => run.delay.meanDelayMs.toFixed(0)).join(' '),
    ]),
    runs: Object.fromEntries(runs),
    goals: [
      ...goalsOf('shoal'),
      ...goalsOf('libtorrent').map(goal => ({ ...goal, label: `For comparison: ${goal.label}` })),
    ],
  }
}

async function measureSlow(
  content: Content,
  directory: string,
  flows: readonly (Contestant | 'tcp')[],
  warmMs: number,
  measuredMs: number,
): Promise<Queued> {
  await using stack = new AsyncDisposableStack()
  const link = stack.use(await Link.create(SLOW))
  await mkdir(directory, { recursive: true })
  let tcp: CubicFlow | undefined
  for (const flow of flows) {
    if (flow === 'tcp') tcp = stack.use(await CubicFlow.start(link))
    else await startClients(link, stack, flow, content, directory)
  }
  await delay(warmMs)
  await link.measure()
  const before = (await tcp?.received()) ?? 0
  const started = performance.now()
  await delay(measuredMs)
  const after = (await tcp?.received()) ?? 0
  const { there } = await link.measure()
  const elapsed = (performance.now() - started) / 1000
  return {
    bytesPerSecond: there.bytes / elapsed,
    tcpBytesPerSecond: (after - before) / elapsed,
    delay: there,
  }
}

/** Starts a download that takes longer than the measurement. */
async function startClients(
  link: Link,
  stack: AsyncDisposableStack,
  who: Contestant,
  content: Content,
  directory: string,
): Promise<void> {
  const seeder = stack.use(await startPeer(who, utpAt(link.near)))
  const leecher = stack.use(await startPeer(who, utpAt(link.far)))
  await seeder.seed(content.torrent, content.seedFolder)
  // It ends with its process.
  leecher.download({ torrent: content.torrent, directory, peers: [seeder] }).catch(() => {})
}

function utpAt({ ipv4, within }: Link['near']) {
  return { host: ipv4, transport: 'utp', within } as const
}

function delay(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
