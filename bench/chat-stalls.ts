/**
 * How long the event loop of a node is blocked while a closed group of which it is a member
 * changes: users of its console wait for that long.
 */
import type { BenchOptions, Section } from './bench.ts'
import type { Stalls } from './rooms/chat-node.ts'
import { Clients, HubWorld } from './rooms/world.ts'

const LAST = 'last'
const PATIENT_MS = 900_000
const PHASES = ['joining', 'messages', 'commits of others', 'an own commit'] as const
type Phases = Readonly<Record<(typeof PHASES)[number], Stalls>>

export async function measureStalls({ quick, log }: BenchOptions): Promise<Section> {
  const measured: [number, Phases][] = []
  for (const size of quick ? [8] : [100, 1000]) {
    log(`chat: a node in a group of ${size}`)
    measured.push([size, await measure(size, quick ? 3 : 10)])
  }
  const rows = measured.flatMap(([size, phases]) =>
    PHASES.map(name => {
      const { longestMs, longestCpuMs, messages, medianMs, residentBytes } = phases[name]
      return [
        `${size} members: ${name}`,
        ...[longestMs, longestCpuMs].map(ms => `${ms.toFixed(0)} ms`),
        messages > 0 ? `${medianMs.toFixed(1)} ms` : '',
        `${(residentBytes / 2 ** 20).toFixed(0)} MiB`,
      ]
    }),
  )
  return {
    title: 'A node in a closed group: the longest turn of its event loop',
    columns: ['', 'longest turn', 'processor time', 'sender to event, median', 'resident'],
    rows,
    goals: [],
    runs: { shoal: measured.map(([size, phases]) => ({ size, ...phases })) },
  }
}

async function measure(size: number, count: number): Promise<Phases> {
  await using hub = await HubWorld.start('SQLite')
  await using admin = await Clients.start('chat-admin')
  await using member = await Clients.start('chat-node')
  const node = await member.call<{ readonly did: string }>('device')
  await hub.openSession(node.did)
  await member.call('join', { port: hub.port }, PATIENT_MS)
  const session = await hub.openSession(await admin.call<string>('did'))
  const measured = async (run: () => Promise<unknown>, isAwaited = true) => {
    await run()
    return member.call<Stalls>('end', { isAwaited }, PATIENT_MS)
  }
  const ended = () => admin.call('say', { text: LAST })
  await member.call('begin', { last: LAST })
  const joining = await measured(async () => {
    await admin.call('create', { port: hub.port, session, size, node }, PATIENT_MS)
    await member.call('accept', {}, PATIENT_MS)
  }, false)
  await member.call('begin', { last: LAST })
  const messages = await measured(async () => {
    await admin.call('write', { count: 10 * count, perSecond: 10 }, PATIENT_MS)
    await ended()
  })
  await member.call('begin', { last: LAST })
  const commits = await measured(async () => {
    await admin.call('commit', { count }, PATIENT_MS)
    await ended()
  })
  const own = await measured(() => member.call('rename', { name: 'Ours' }, PATIENT_MS), false)
  await member.call('close')
  return { joining, messages, 'commits of others': commits, 'an own commit': own }
}
