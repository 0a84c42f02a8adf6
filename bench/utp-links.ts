/**
 * uTP on links between network namespaces: one that loses packets, and a slow line with a long
 * queue, alone and next to TCP.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cannotCreateLink, Link, type LinkOptions, type LinkStatistics } from '../interop/support/link.ts'
import { CubicFlow } from '../interop/support/pipes/cubic-flow.ts'
import { PipeEnd } from '../interop/support/pipes/pipe-end.ts'
import type { BenchOptions, Section } from './bench.ts'
import { type Content, makeContents } from './content.ts'
import { type Contestant, startPeer } from './contestants.ts'
import { type Medium, media } from './media.ts'
import { against, median, medianOf, megabytes } from './statistics.ts'
import { transfer } from './transfer.ts'

const MIB = 2 ** 20
const LOSSY: LinkOptions = { bitsPerSecond: 50e6, roundTripMs: 80, bufferMs: 100, loss: 0.005 }
const SLOW: LinkOptions = { bitsPerSecond: 10e6, roundTripMs: 20, bufferMs: 250 }
const CLIENTS = ['shoal', 'libtorrent'] as const
/** The flows that share the slow line. */
const SLOW_FLOWS = {
  shoal: ['shoal'],
  libtorrent: ['libtorrent'],
  TCP: ['tcp'],
  'TCP with shoal': ['shoal', 'tcp'],
  'TCP with libtorrent': ['libtorrent', 'tcp'],
} as const

interface Queued {
  /** All bytes that passed through the line, and those of the TCP flow. */
  readonly bytesPerSecond: number
  readonly tcpBytesPerSecond: number
  readonly delay: LinkStatistics
}

/** The links need little CPU time, so those of one round are measured at the same time. */
export async function run(options: BenchOptions): Promise<Section[]> {
  if (cannotCreateLink) throw new Error(cannotCreateLink)
  const medium = media('tmpfs').concat(media())[0]!
  return [await lossy(medium, options), await slow(medium, options)]
}

async function lossy(medium: Medium, options: BenchOptions): Promise<Section> {
  const lengthBytes = options.quick ? 2 * MIB : 32 * MIB
  options.log(`uTP on a lossy link, ${megabytes(lengthBytes)}`)
  await using contents = await makeContents(medium, lengthBytes, ['v1'])
  const runs = await takeRounds(CLIENTS, options, async (who, round) => {
    await using link = await Link.create({ ...LOSSY, seed: 1 + round })
    const networks = { seeder: utpAt(link.near), leecher: utpAt(link.far) }
    const { bytesPerSecond } = await transfer(medium, contents.of('v1'), who, who, 'leecher', networks)
    return { bytesPerSecond, link: (await link.measure()).there }
  })
  const speed = (name: string) => medianOf(runs.get(name)!, run => run.bytesPerSecond)
  return {
    title: `uTP, ${megabytes(lengthBytes)} between two of a client over 50 Mbit/s, 80 ms, 0.5 % loss, 100 ms of buffer`,
    columns: ['', 'rate, MB/s', 'each run', 'delay in the queue', 'packets lost', 'sent beyond the payload'],
    rows: [...runs].map(([name, all]) => [
      name,
      (speed(name) / 1e6).toFixed(2),
      all.map(run => (run.bytesPerSecond / 1e6).toFixed(2)).join(' '),
      `${medianOf(all, run => run.link.meanDelayMs).toFixed(0)} ms`,
      String(medianOf(all, run => run.link.lost + run.link.full)),
      `${(100 * (medianOf(all, run => run.link.bytes) / lengthBytes - 1)).toFixed(1)} %`,
    ]),
    runs: Object.fromEntries(runs),
    goals: [against("Rate, to libtorrent's", speed('shoal') / speed('libtorrent'), 1.5, 'least')],
  }
}

/** Measures all contestants at the same time, once per round. */
async function takeRounds<T>(
  names: readonly string[],
  { runs: rounds, log }: BenchOptions,
  measure: (name: Contestant, round: number) => Promise<T>,
): Promise<Map<string, T[]>> {
  const runs = new Map<string, T[]>(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    await Promise.all(names.map(async name => runs.get(name)!.push(await measure(name as Contestant, round))))
    log(`  ${round + 1} of ${rounds}`)
  }
  return runs
}

async function slow(medium: Medium, options: BenchOptions): Promise<Section> {
  const [warmMs, measuredMs] = options.quick ? [2000, 2000] : [8000, 20_000]
  options.log('uTP on a slow line')
  await using contents = await makeContents(medium, options.quick ? 16 * MIB : 64 * MIB, ['v1'])
  const content = contents.of('v1')
  const shares: number[] = []
  const runs = await takeRounds(Object.keys(SLOW_FLOWS), options, async name => {
    // Once per round.
    const share = name === 'shoal' ? latecomerShare(options) : null
    const directory = join(content.folder, `slow ${name}`)
    const flows = SLOW_FLOWS[name as keyof typeof SLOW_FLOWS]
    const result = await measureSlow(content, directory, flows, warmMs, measuredMs)
    if (share) shares.push(await share)
    return result
  })
  const middle = (name: string, quantity: (run: Queued) => number) => medianOf(runs.get(name)!, quantity)
  const tcpRate = (name: string) => middle(name, run => run.tcpBytesPerSecond)
  const meanDelay = (name: string) => middle(name, run => run.delay.meanDelayMs)
  const highDelay = (name: string) => middle(name, run => run.delay.highDelayMs)
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
      ((middle(name, run => run.bytesPerSecond) * 8) / 1e6).toFixed(2),
      ((tcpRate(name) * 8) / 1e6).toFixed(2),
      `${meanDelay(name).toFixed(0)} ms`,
      `${middle(name, run => run.delay.medianDelayMs)} ms`,
      `${highDelay(name)} ms`,
      all.map(run => run.delay.meanDelayMs.toFixed(0)).join(' '),
    ]),
    runs: Object.fromEntries(runs),
    goals: [
      ...goalsOf('shoal'),
      against('Share of a Shoal that comes 10 s later, after 20 s', median(shares), 0.3, 'least', ''),
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
  stack.defer(() => rm(directory, { recursive: true, force: true }))
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

/**
 * Returns the share of the rate that a second connection has reached after a while, from 0 to 1.
 */
async function latecomerShare({ quick }: BenchOptions): Promise<number> {
  const unitMs = quick ? 500 : 10_000
  await using stack = new AsyncDisposableStack()
  const link = stack.use(await Link.create(SLOW))
  const begin = async () => {
    const sink = stack.use(await PipeEnd.start('shoal', link.far.within))
    const source = stack.use(await PipeEnd.start('shoal', link.near.within))
    await source.flood(link.far.ipv4, await sink.listen(link.far.ipv4), 1024 * MIB)
    return sink
  }
  const first = await begin()
  await delay(unitMs)
  const second = await begin()
  await delay(2 * unitMs)
  const before = [await first.count(), await second.count()] as const
  await delay(2 * unitMs)
  const [one, two] = [(await first.count()) - before[0], (await second.count()) - before[1]]
  return two / (one + two)
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
