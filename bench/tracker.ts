/**
 * Announces per second of our tracker, opentracker and npm's bittorrent-tracker over UDP and HTTP,
 * and memory per peer. All have the same peers at the start, which announce repeatedly, so that a
 * fast tracker does not have longer responses to write. The load generator and the tracker share
 * the machine, so the table also shows announces per second of the tracker's own CPU time, and how
 * many cores it used.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { installWebTorrent } from '../interop/support/install-webtorrent.ts'
import { Opentracker } from '../interop/support/opentracker.ts'
import { RedisServer } from '../interop/support/redis.ts'
import type { BenchOptions, Goal, Section } from './bench.ts'
import { against, medianOf, takeTurns } from './statistics.ts'
import { swarmHashes } from './tracker-swarms.ts'

const SWARMS = 1000
const PEERS = 50 * SWARMS
const CACHE = join(import.meta.dirname, '..', '.cache')
const LOADS = ['udp', 'http', 'http-kept'] as const
const JOINED_LOADS = ['udp', 'http'] as const
type Load = (typeof LOADS)[number]
const NAMES = { udp: 'UDP', http: 'HTTP, a connection each', 'http-kept': 'HTTP, keep-alive' } as const
const [ALONE, OVER_REDIS, BOTH] = [
  'one process, memory alone',
  'one, and a second one that listens',
  'two',
] as const
/** New peers of each generator: more than it announces, so that their ports differ. */
const PEERS_EACH = 20_000_000
const MANY_SWARMS = 100_000
const MANY_PEERS = 1_000_000
/** Time limit for starting and ending a process. */
const START_MS = 30_000
/** Unit in which the system counts CPU time. */
const TICKS_PER_SECOND = 100

interface Rate {
  readonly perSecond: number
  /** CPU time of the tracker. */
  readonly perProcessorSecond: number
  readonly coresUsed: number
}
/**
 * Announces per second of CPU time of each tracker that answered, added up: their rate with a core
 * each.
 */
interface JoinedRate {
  readonly perProcessorSecond: number
  /**
   * Announces per second of all CPU time, including that of trackers that only listen to others.
   */
  readonly perSharedSecond: number
}
interface Generator {
  readonly command: readonly [program: string, ...args: string[]]
  /** Number and language of the load generators. */
  readonly processes: number
  readonly language: string
}
interface Running extends AsyncDisposable {
  readonly pid: number
  readonly http: number
  readonly udp: number
}
type Contestant = (swarms: number) => Promise<Running>

export async function run(options: BenchOptions): Promise<Section[]> {
  const contestants = await findContestants(options)
  const generator = await buildGenerator(options)
  const sections: Section[] = []
  for (const load of LOADS) sections.push(await measureLoad(load, contestants, generator, options))
  for (const load of JOINED_LOADS)
    sections.push(await measureProcesses(load, contestants, generator, options))
  sections.push(await measureMemory(contestants, generator, options))
  return sections
}

async function buildGenerator({ log }: BenchOptions): Promise<Generator> {
  const program = join(CACHE, 'tracker-load')
  try {
    await mkdir(CACHE, { recursive: true })
    await promisify(execFile)('cc', ['-O2', '-o', program, join(import.meta.dirname, 'tracker-load.c')])
    return { command: [program], processes: 1, language: 'C' }
  } catch {
    log('No C compiler: the load generators run in Node and are slower than the trackers')
    const script = join(import.meta.dirname, 'tracker-load.ts')
    return { command: [process.execPath, script], processes: 2, language: 'Node' }
  }
}

async function findContestants({ log }: BenchOptions): Promise<Record<string, Contestant>> {
  const rival = await installWebTorrent().catch(error => {
    log(`bittorrent-tracker is not installed: ${error.message}`)
    return null
  })
  return {
    Shoal: () => startProcess(join(import.meta.dirname, 'ours', 'tracker.ts')),
    opentracker: async swarms => {
      const tracker = await Opentracker.start({ allow: swarmHashes(swarms) })
      const { port, process } = tracker
      return { pid: process.pid, http: port, udp: port, [Symbol.asyncDispose]: () => tracker.stop() }
    },
    ...(rival && {
      'bittorrent-tracker': () => startProcess(join(import.meta.dirname, 'rivals', 'npm-tracker.ts'), rival),
    }),
  }
}

async function measureLoad(
  load: Load,
  contestants: Readonly<Record<string, Contestant>>,
  generator: Generator,
  options: BenchOptions,
): Promise<Section> {
  options.log(NAMES[load])
  const seconds = options.quick ? 1 : 5
  // opentracker closes each connection after its response.
  const able = Object.entries(contestants).filter(([name]) => load !== 'http-kept' || name !== 'opentracker')
  const { runs, failures } = await takeTurns(
    Object.fromEntries(able.map(([name, start]) => [name, () => underLoad(load, start, generator, seconds)])),
    options,
  )
  const medianRate = (name: string) => medianOf(runs.get(name) ?? [], each => each.perSecond)
  const medianOwnRate = (name: string) => medianOf(runs.get(name) ?? [], each => each.perProcessorSecond)
  const medianCores = (name: string) => medianOf(runs.get(name) ?? [], each => each.coresUsed)
  const ours = medianRate('Shoal')
  return {
    title: `Tracker: ${NAMES[load]}, ${SWARMS} torrents of ${PEERS / SWARMS} peers, load from ${generator.processes} in ${generator.language}`,
    columns: ['', 'announces per second', 'ratio', 'cores used', 'per second of its own CPU time', 'ratio'],
    rows: able.map(([name]) =>
      failures.has(name)
        ? [name, failures.get(name)!, '', '', '', '']
        : [
            name,
            medianRate(name).toFixed(0),
            `${(ours / medianRate(name)).toFixed(2)} x`,
            medianCores(name).toFixed(2),
            medianOwnRate(name).toFixed(0),
            `${(medianOwnRate('Shoal') / medianOwnRate(name)).toFixed(2)} x`,
          ],
    ),
    goals: createGoals(load, name => ours / medianRate(name)),
    runs: Object.fromEntries(runs),
  }
}

function createGoals(load: Load, ratioTo: (name: string) => number): Goal[] {
  const label = (name: string) => `Announces over ${NAMES[load]}, to those of ${name}`
  return [
    ...(load === 'http-kept' ? [] : [against(label('opentracker'), ratioTo('opentracker'), 0.5, 'least')]),
    ...(load === 'http'
      ? []
      : [against(label('bittorrent-tracker'), ratioTo('bittorrent-tracker'), 5, 'least')]),
  ]
}

async function underLoad(
  load: Load,
  start: Contestant,
  generator: Generator,
  seconds: number,
): Promise<Rate> {
  await using tracker = await start(SWARMS)
  const port = load === 'udp' ? tracker.udp : tracker.http
  const swarms = SWARMS
  await generate(generator, { load: 'udp', port: tracker.udp, seconds: 60, swarms, announces: PEERS })
  await generate(generator, { load, port, seconds: 1, swarms, peers: PEERS })
  const before = await processorSeconds(tracker.pid)
  const all = await Promise.all(
    Array.from({ length: generator.processes }, (_, at) =>
      generate(generator, { load, port, seconds, swarms, peers: PEERS, first: (at * PEERS) / 2 }),
    ),
  )
  const spent = (await processorSeconds(tracker.pid)) - before
  const answers = all.reduce((sum, each) => sum + each.answers, 0)
  const perSecond = all.reduce((sum, each) => sum + each.answers / each.seconds, 0)
  return { perSecond, perProcessorSecond: answers / spent, coresUsed: spent / all[0]!.seconds }
}

/**
 * Several processes that act as one tracker. Each announce is of a new peer, and therefore passed
 * on to the others.
 */
async function measureProcesses(
  load: (typeof JOINED_LOADS)[number],
  contestants: Readonly<Record<string, Contestant>>,
  generator: Generator,
  options: BenchOptions,
): Promise<Section> {
  const seconds = options.quick ? 1 : 4
  options.log(`${NAMES[load]}, several processes`)
  const rival = load === 'http' ? contestants['bittorrent-tracker'] : undefined
  const { runs, failures } = await takeTurns(
    {
      [ALONE]: () => joinedLoad(load, [contestants.Shoal!], 1, generator, seconds),
      [OVER_REDIS]: () => overRedis(starts => joinedLoad(load, starts, 1, generator, seconds)),
      [BOTH]: () => overRedis(starts => joinedLoad(load, starts, 2, generator, seconds)),
      ...(rival && { 'bittorrent-tracker': () => joinedLoad(load, [rival], 1, generator, seconds) }),
    },
    options,
  )
  const own = (name: string) => medianOf(runs.get(name) ?? [], each => each.perProcessorSecond)
  const shared = (name: string) => medianOf(runs.get(name) ?? [], each => each.perSharedSecond)
  const ratio = (name: string) => `${(own(name) / own(ALONE)).toFixed(2)} x`
  return {
    title: `Tracker: ${NAMES[load]}, processes joined by Redis, each announce of a new peer`,
    columns: ['', 'per second of CPU time, added up', 'ratio', 'per second of the CPU time of all'],
    rows: [...runs.keys()].map(name =>
      failures.has(name)
        ? [name, failures.get(name)!, '', '']
        : [name, own(name).toFixed(0), ratio(name), shared(name).toFixed(0)],
    ),
    goals:
      load === 'udp'
        ? [
            against(
              'Announces over Redis, to memory alone',
              shared(OVER_REDIS) / shared(ALONE),
              0.5,
              'least',
            ),
            against('Announces of two processes, to one', own(BOTH) / own(ALONE), 1.6, 'least'),
          ]
        : [
            against(
              `Announces over ${NAMES.http} in two processes, to bittorrent-tracker`,
              own(BOTH) / own('bittorrent-tracker'),
              5,
              'least',
            ),
          ],
    runs: Object.fromEntries(runs),
  }
}

async function overRedis(
  measure: (starts: readonly Contestant[]) => Promise<JoinedRate>,
): Promise<JoinedRate> {
  await using redis = await RedisServer.start()
  const start = () => startProcess(join(import.meta.dirname, 'ours', 'tracker.ts'), redis.url)
  return await measure([start, start])
}

/** Loads the first `loaded` of these trackers at once, each with its own peers. */
async function joinedLoad(
  load: Load,
  starts: readonly Contestant[],
  loaded: number,
  generator: Generator,
  seconds: number,
): Promise<JoinedRate> {
  await using opened = new AsyncDisposableStack()
  const trackers: Running[] = []
  for (const start of starts) trackers.push(opened.use(await start(SWARMS)))
  const answering = trackers.slice(0, loaded)
  const loadAll = (first: number, forSeconds: number) =>
    Promise.all(
      answering.map((tracker, at) =>
        generate(generator, {
          ...{ load, port: load === 'udp' ? tracker.udp : tracker.http, seconds: forSeconds },
          ...{ swarms: SWARMS, first: first + at * PEERS_EACH },
        }),
      ),
    )
  const spentOfAll = () => Promise.all(trackers.map(({ pid }) => processorSeconds(pid)))
  // In its first seconds, a process compiles.
  await loadAll(0, seconds)
  const before = await spentOfAll()
  const generated = await loadAll(PEERS_EACH / 2, seconds)
  const spent = (await spentOfAll()).map((after, at) => after - before[at]!)
  const answers = generated.reduce((sum, each) => sum + each.answers, 0)
  return {
    perProcessorSecond: generated.reduce((sum, each, at) => sum + each.answers / spent[at]!, 0),
    perSharedSecond: answers / spent.reduce((sum, each) => sum + each, 0),
  }
}

async function measureMemory(
  contestants: Readonly<Record<string, Contestant>>,
  generator: Generator,
  options: BenchOptions,
): Promise<Section> {
  const swarms = options.quick ? MANY_SWARMS / 50 : MANY_SWARMS
  const peers = options.quick ? MANY_PEERS / 50 : MANY_PEERS
  // bittorrent-tracker would need gigabytes and half an hour.
  const able = Object.entries(contestants).filter(([name]) => name !== 'bittorrent-tracker')
  const { runs, failures } = await takeTurns(
    Object.fromEntries(able.map(([name, start]) => [name, () => fill(start, generator, swarms, peers)])),
    { ...options, runs: 1 },
  )
  const bytesPerPeer = (name: string) =>
    medianOf(runs.get(name) ?? [], each => each.residentBytes / each.peers)
  return {
    title: `Tracker: memory with ${peers} peers in ${swarms} torrents`,
    columns: ['', 'bytes per peer, of the whole process', 'peers'],
    rows: able.map(([name]) => [
      name,
      failures.get(name) ?? bytesPerPeer(name).toFixed(0),
      medianOf(runs.get(name) ?? [], each => each.peers).toFixed(0),
    ]),
    goals: [
      against(
        'Memory of the tracker, bytes per peer',
        options.quick ? Number.NaN : bytesPerPeer('Shoal'),
        150,
        'most',
        ' B',
      ),
    ],
    runs: Object.fromEntries(runs),
  }
}

async function fill(
  start: Contestant,
  generator: Generator,
  swarms: number,
  peers: number,
): Promise<{ residentBytes: number; peers: number }> {
  await using tracker = await start(swarms)
  const port = tracker.udp
  const { answers } = await generate(generator, { load: 'udp', port, seconds: 600, swarms, announces: peers })
  const status = await readFile(`/proc/${tracker.pid}/status`, 'utf8')
  return { residentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024, peers: answers }
}

interface Generated {
  readonly answers: number
  readonly seconds: number
}

interface Work {
  readonly load: Load
  readonly port: number
  readonly seconds: number
  readonly swarms: number
  readonly first?: number
  /** Total number of announces, and number of peers that take turns. Default: unlimited. */
  readonly announces?: number
  readonly peers?: number
}

async function generate({ command: [program, ...args] }: Generator, work: Work): Promise<Generated> {
  const { load, port, seconds, swarms, first = 0, announces = 0, peers = 0 } = work
  const numbers = [port, seconds, swarms, first, announces, peers].map(String)
  const child = spawn(program, [...args, load, ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    return (await firstLine(child, 1000 * seconds + START_MS)) as Generated
  } finally {
    child.kill('SIGKILL')
  }
}

async function startProcess(script: string, ...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { http, udp } = (await firstLine(child, START_MS)) as { http: number; udp: number }
  return {
    pid: child.pid!,
    http,
    udp,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function firstLine(child: ChildProcess, withinMs: number): Promise<unknown> {
  const lines = createInterface(child.stdout!)
  const signal = AbortSignal.timeout(withinMs)
  const ended = once(lines, 'close').then(() =>
    Promise.reject(new Error('The process ended without any output')),
  )
  const [line] = (await Promise.race([once(lines, 'line', { signal }), ended])) as [string]
  ended.catch(() => {})
  return JSON.parse(line)
}

/** Returns the user and system time of a process so far (proc(5), stat). */
async function processorSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
