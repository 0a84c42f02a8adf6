/**
 * A hub as a program: entries of rooms to their members, many connections, and a device that was
 * offline. Most members are raw connections that only count, so that the clients leave the CPU to
 * the hub; two in each room are real clients, which post and measure the delay.
 */

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@shoal/testing'
import type { BenchOptions, Section } from './bench.ts'
import type { Counts, CrowdMember } from './rooms/crowd.ts'
import type { CaughtUp, Seen } from './rooms/screens.ts'
import { BareServer, Clients, DATABASES, type DatabaseName, HubWorld, type Measured } from './rooms/world.ts'
import { against, medianOf, percentile, seconds, takeTurns } from './statistics.ts'

/** About the size of a short sealed chat message. */
const ENTRY_BYTES = 320
/** Members of each room that use the real client. */
const SCREENS = 2
/** The rate that the goals refer to, and a low one, at which the delay includes no queueing. */
const [BUSY, CALM] = [200, 50] as const
const OURS = 'Shoal'
const RIVAL = 'socket.io, which stores nothing'
const PING_MS = 25_000
/** Time limit for opening all connections. */
const CONNECT_MS = 300_000

interface Delivery {
  /** Entries delivered to members per second of the hub's CPU time. */
  readonly perProcessorSecond: number
  readonly perSecond: number
  readonly entriesPerPush: number
  /** Cores in use. */
  readonly own: number
  readonly database: number
  /** Delays of all entries at the real clients, in milliseconds. */
  readonly delaysMs: readonly number[]
}

export async function run(options: BenchOptions): Promise<Section[]> {
  return [
    await deliverySection(BUSY, options),
    await deliverySection(CALM, options),
    await connectionsSection(options),
    await catchUpSection(options),
  ]
}

async function deliverySection(perSecond: number, options: BenchOptions): Promise<Section> {
  const [rooms, size] = options.quick ? [2, 20] : [10, 100]
  options.log(`Rooms of ${size}, ${perSecond} entries per second`)
  const { runs, failures } = await takeTurns<Delivery>(
    {
      ...Object.fromEntries(
        DATABASES.map(name => [name, () => deliver(name, rooms, size, perSecond, options.quick)]),
      ),
      [RIVAL]: () => deliverBare(rooms, size, perSecond, options.quick),
    },
    options,
  )
  const of = (name: string, quantity: (run: Delivery) => number) => medianOf(runs.get(name) ?? [], quantity)
  const own = (name: string) => of(name, each => each.perProcessorSecond)
  const delay = (name: string, share: number) => of(name, each => percentile(each.delaysMs, share))
  return {
    title: `Hub: ${rooms} rooms of ${size}, ${perSecond} entries per second of ${ENTRY_BYTES} bytes, durable before they are acknowledged`,
    columns: [
      ...['', 'delivered per second of its CPU time', 'ratio', 'delivered per second', 'entries in a push'],
      ...['cores used', 'by the database', 'sender to screen, median', '99 %'],
    ],
    rows: [...runs.keys()].map(name =>
      failures.has(name)
        ? [name, failures.get(name)!, '', '', '', '', '', '', '']
        : [
            ...[name, own(name).toFixed(0), `${(own(name) / own(RIVAL)).toFixed(2)} x`],
            of(name, each => each.perSecond).toFixed(0),
            of(name, each => each.entriesPerPush).toFixed(2),
            of(name, each => each.own).toFixed(2),
            of(name, each => each.database).toFixed(2),
            ...(name === RIVAL ? ['', ''] : [0.5, 0.99].map(share => `${delay(name, share).toFixed(1)} ms`)),
          ],
    ),
    goals: DATABASES.flatMap(name => [
      against(`Delivered per second of CPU time, ${name}`, own(name), 25_000, 'least', ''),
      against(`Sender to screen, median, ${name}`, delay(name, 0.5), 30, 'most', ' ms'),
      against(`Sender to screen, 99 %, ${name}`, delay(name, 0.99), 100, 'most', ' ms'),
    ]),
    runs: Object.fromEntries(
      [...runs].map(([name, all]) => [
        name,
        all.map(({ delaysMs, ...rest }) => ({
          ...rest,
          medianMs: percentile(delaysMs, 0.5),
          p99Ms: percentile(delaysMs, 0.99),
        })),
      ]),
    ),
  }
}

async function deliver(
  database: DatabaseName,
  rooms: number,
  size: number,
  perSecond: number,
  quick: boolean,
): Promise<Delivery> {
  await using hub = await HubWorld.start(database)
  await using crowd = await Clients.start('crowd')
  await using screens = await Clients.start('screens')
  const all = await hub.createRooms(rooms, size)
  const port = hub.port
  await crowd.call('connect', { port, members: all.flatMap(members => members.slice(SCREENS)) })
  // Posts go to the rooms in turn.
  const real = Array.from({ length: SCREENS }, (_, at) => all.map(members => members[at]!)).flat()
  await screens.call('connect', { port, members: real })
  await screens.call('post', { perSecond, bytes: ENTRY_BYTES })
  const counts = async () => {
    const [counted, seen] = [await crowd.call<Counts>('counts'), await screens.call<Seen>('seen')]
    return { counted, seen, entries: counted.entries + seen.entries }
  }
  const measured = await measure(hub, counts, quick)
  const ended = await screens.call<Seen>('stop')
  if (ended.problems.length > 0) throw new Error(`A client reports: ${ended.problems[0]}`)
  await until('every entry is at every member', async () => {
    const { counted, entries } = await counts()
    if (counted.faults > 0) throw new Error(`${counted.faults} entries came in a wrong order, or not`)
    return entries === ended.acknowledged * size
  })
  return measured
}

async function deliverBare(
  rooms: number,
  size: number,
  perSecond: number,
  quick: boolean,
): Promise<Delivery> {
  await using server = await BareServer.start()
  await using crowd = await Clients.start('crowd')
  const names = Array.from({ length: rooms }, (_, at) => `room ${at}`.replace(' ', '-'))
  const members = names.flatMap(name => Array.from({ length: size }, () => name))
  await crowd.call('connectBare', { port: server.port, rooms: members })
  const startMs = performance.now()
  let posted = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) / 1000) * perSecond
    while (posted < due) server.post(names[posted++ % rooms]!, ENTRY_BYTES)
  }, 2)
  try {
    return await measure(
      server,
      async () => {
        const counted = await crowd.call<Counts>('counts')
        return { counted, seen: null, entries: counted.entries }
      },
      quick,
    )
  } finally {
    clearInterval(timer)
  }
}

interface Counted {
  readonly counted: Counts
  readonly seen: Seen | null
  readonly entries: number
}

/** Measures between two times, after the first seconds, in which a process compiles. */
async function measure(server: Measured, counts: () => Promise<Counted>, quick: boolean): Promise<Delivery> {
  await sleep(quick ? 1000 : 5000)
  const before = { cpu: await server.cpu(), ...(await counts()), ms: performance.now() }
  await sleep(quick ? 2000 : 10_000)
  const after = { cpu: await server.cpu(), ...(await counts()), ms: performance.now() }
  const elapsed = (after.ms - before.ms) / 1000
  const own = after.cpu.own - before.cpu.own
  const entries = after.entries - before.entries
  return {
    perProcessorSecond: entries / own,
    perSecond: entries / elapsed,
    entriesPerPush:
      (after.counted.entries - before.counted.entries) / (after.counted.pushes - before.counted.pushes),
    own: own / elapsed,
    database: (after.cpu.database - before.cpu.database) / elapsed,
    delaysMs: after.seen?.delaysMs ?? [],
  }
}

interface Connections {
  readonly connections: number
  readonly bytesEach: number
  /** Fraction of one core. */
  readonly cpu: number
}

async function connectionsSection(options: BenchOptions): Promise<Section> {
  const [rooms, size] = [options.quick ? 5 : 100, 100]
  options.log(`${rooms * size} connections`)
  const connectAll = async (server: Measured, connect: (crowd: Clients) => Promise<unknown>) => {
    await using crowd = await Clients.start('crowd')
    const emptyBytes = server.residentBytes()
    await connect(crowd)
    // The garbage collector is busy after connecting.
    await sleep(options.quick ? 500 : PING_MS)
    const [before, startMs] = [await server.cpu(), performance.now()]
    await sleep(options.quick ? 2000 : 2 * PING_MS)
    const spent = (await server.cpu()).own - before.own
    const { faults } = await crowd.call<Counts>('counts')
    if (faults > 0) throw new Error(`${faults} connections ended`)
    return {
      connections: rooms * size,
      bytesEach: (server.residentBytes() - emptyBytes) / (rooms * size),
      cpu: spent / ((performance.now() - startMs) / 1000),
    }
  }
  const { runs, failures } = await takeTurns<Connections>(
    {
      [OURS]: async () => {
        await using hub = await HubWorld.start('SQLite')
        const members = (await hub.createRooms(rooms, size)).flat()
        const { port } = hub
        return await connectAll(hub, crowd => crowd.call('connect', { port, members }, CONNECT_MS))
      },
      [RIVAL]: async () => {
        await using server = await BareServer.start()
        const names = Array.from({ length: rooms * size }, (_, at) => `room-${at % rooms}`)
        const { port } = server
        return await connectAll(server, crowd =>
          crowd.call('connectBare', { port, rooms: names }, CONNECT_MS),
        )
      },
    },
    // Each takes two minutes.
    { ...options, runs: Math.min(options.runs, 2) },
  )
  const of = (name: string, quantity: (run: Connections) => number) =>
    medianOf(runs.get(name) ?? [], quantity)
  const kilobytes = (name: string) => of(name, each => each.bytesEach) / 1000
  const percent = (name: string) => 100 * of(name, each => each.cpu)
  return {
    title: `Hub: ${rooms * size} connections to one process, each to one of ${rooms} rooms, a ping every 25 s`,
    columns: ['', 'memory of each', 'ratio', 'CPU of a core', 'ratio'],
    rows: [OURS, RIVAL].map(name =>
      failures.has(name)
        ? [name, failures.get(name)!, '', '', '']
        : [
            ...[
              name,
              `${kilobytes(name).toFixed(1)} KB`,
              `${(kilobytes(name) / kilobytes(RIVAL)).toFixed(2)} x`,
            ],
            ...[`${percent(name).toFixed(2)} %`, `${(percent(name) / percent(RIVAL)).toFixed(2)} x`],
          ],
    ),
    goals: [
      against('Memory of a connection', options.quick ? Number.NaN : kilobytes(OURS), 40, 'most', ' KB'),
      against('CPU of all connections', options.quick ? Number.NaN : percent(OURS), 3, 'most', ' %'),
    ],
    runs: Object.fromEntries(runs),
  }
}

async function catchUpSection(options: BenchOptions): Promise<Section> {
  const count = options.quick ? 1000 : 10_000
  options.log(`A device with ${count} entries waiting`)
  await using worlds = new AsyncDisposableStack()
  const catchUp = (database: DatabaseName) => {
    let waiting: Promise<{ hub: HubWorld; member: CrowdMember }> | undefined
    return async () => {
      waiting ??= fillRoom(worlds, database, count)
      const { hub, member } = await waiting
      await using device = await Clients.start('screens')
      return await device.call<CaughtUp>('catchUp', { ...member, port: hub.port, count })
    }
  }
  const { runs, failures } = await takeTurns<CaughtUp>(
    Object.fromEntries(DATABASES.map(name => [name, catchUp(name)])),
    options,
  )
  const of = (name: string, quantity: (run: CaughtUp) => number) => medianOf(runs.get(name) ?? [], quantity)
  return {
    title: `Hub: a device with ${count} entries of ${ENTRY_BYTES} bytes waiting in a room, from connecting`,
    columns: [
      ...['', 'newest 100 shown', 'all verified', 'its CPU time'],
      ...['longest turn of its event loop', 'of which CPU'],
    ],
    rows: DATABASES.map(name =>
      failures.has(name)
        ? [name, failures.get(name)!, '', '', '', '']
        : [
            name,
            seconds(of(name, each => each.screenMs) / 1000),
            seconds(of(name, each => each.allMs) / 1000),
            seconds(of(name, each => each.cpuSeconds)),
            `${of(name, each => each.longestStallMs).toFixed(0)} ms`,
            `${of(name, each => each.longestStallCpuMs).toFixed(0)} ms`,
          ],
    ),
    goals: DATABASES.flatMap(name => [
      against(`Newest entries shown, ${name}`, of(name, each => each.screenMs) / 1000, 1, 'most', ' s'),
      against(`All entries, ${name}`, of(name, each => each.allMs) / 1000, 12, 'most', ' s'),
    ]),
    runs: Object.fromEntries(runs),
  }
}

async function fillRoom(worlds: AsyncDisposableStack, database: DatabaseName, count: number) {
  const hub = worlds.use(await HubWorld.start(database))
  const member = (await hub.createRooms(1, 1)).flat()[0]!
  const room = Buffer.from(member.room, 'hex')
  for (let at = 0; at < count; at += 1000)
    await Promise.all(
      Array.from({ length: 1000 }, () =>
        hub.stores.rooms.append(room, randomBytes(16), randomBytes(ENTRY_BYTES)),
      ),
    )
  return { hub, member }
}
