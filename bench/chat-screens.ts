/**
 * Latency of a message in a closed group of 100 from its sender to a screen, over a hub: four
 * members run the complete chat, the others are connections that receive everything.
 */
import type { BenchOptions, Section } from './bench.ts'
import type { ChatDelays, Prepared } from './rooms/chat-members.ts'
import type { CrowdMember } from './rooms/crowd.ts'
import { Clients, DATABASES, type DatabaseName, HubWorld } from './rooms/world.ts'
import { against, medianOf, takeTurns } from './statistics.ts'

const [LIVE, PER_SECOND] = [4, 10] as const
const GOAL_MS = { median: 40, p99: 120 }
/** Each member verifies all others when it joins. */
const PREPARE_MS = 600_000

export async function measureScreens({ quick, runs, log }: BenchOptions): Promise<Section> {
  const [size, count] = quick ? [8, 20] : [100, 300]
  log(`chat: ${size} members online`)
  const turns = await takeTurns<ChatDelays>(
    Object.fromEntries(DATABASES.map(name => [name, () => measure(name, size, count)])),
    { runs: Math.min(runs, 2), log },
  )
  const of = (name: string, quantity: (run: ChatDelays) => number) =>
    medianOf(turns.runs.get(name) ?? [], quantity)
  return {
    title: `A message from its sender to a screen: ${size} members online at a hub, ${PER_SECOND} messages per second, encryption and journals included`,
    columns: ['', 'median', '99 %'],
    rows: DATABASES.map(name =>
      turns.failures.has(name)
        ? [name, turns.failures.get(name)!, '']
        : [name, ...[of(name, each => each.medianMs), of(name, each => each.p99Ms)].map(inMs)],
    ),
    goals: DATABASES.flatMap(name => [
      against(
        `Sender to screen, median, ${name}`,
        of(name, each => each.medianMs),
        GOAL_MS.median,
        'most',
        ' ms',
      ),
      against(
        `Sender to screen, 99 %, ${name}`,
        of(name, each => each.p99Ms),
        GOAL_MS.p99,
        'most',
        ' ms',
      ),
    ]),
    runs: Object.fromEntries(turns.runs),
  }
}

async function measure(database: DatabaseName, size: number, count: number): Promise<ChatDelays> {
  await using hub = await HubWorld.start(database)
  await using members = await Clients.start('chat-members')
  await using crowd = await Clients.start('crowd')
  const dids = await members.call<readonly string[]>('persons', { count: size })
  const sessions = await Promise.all(dids.map(did => hub.openSession(did)))
  const given = { port: hub.port, sessions, live: LIVE }
  const { room, token } = await members.call<Prepared>('prepare', given, PREPARE_MS)
  const others: CrowdMember[] = sessions.slice(LIVE).map(session => ({ session, room, token }))
  await crowd.call('connect', { port: hub.port, members: others })
  // At first, processes compile.
  await members.call('write', { perSecond: PER_SECOND, count: Math.ceil(count / 10) }, PREPARE_MS)
  const delays = await members.call<ChatDelays>('write', { perSecond: PER_SECOND, count }, PREPARE_MS)
  await members.call('close')
  return delays
}

function inMs(value: number): string {
  return `${value.toFixed(1)} ms`
}
