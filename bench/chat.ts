/**
 * Closed groups (packages/chat) compared with the bare library: creating, changing and using a
 * group. Ours verifies whose device each member is, applies the group's rules, adds a layer of
 * encryption to handshakes, and writes a journal before sending anything. The library uses the
 * faster of its own crypto providers, as its users do; a third contestant is the library with our
 * crypto functions, which isolates the cost of the rest.
 */
import type { ForeignKeyPackage } from '../packages/chat/src/groups/key-packages.ts'
import type { Suite } from '../packages/chat/src/groups/suite.ts'
import { BareDevice, librarySuite } from '../packages/chat/src/testing/bare-device.ts'
import { suite, type TestDevice, TestPerson } from '../packages/chat/src/testing/members.ts'
import type { BenchOptions, Section } from './bench.ts'
import { measureScreens } from './chat-screens.ts'
import { measureStalls } from './chat-stalls.ts'
import { measureWaiting } from './chat-waiting.ts'
import { against, medianOf, takeTurns } from './statistics.ts'

const MESSAGES = 100
/** Each takes half a minute. */
const LARGE_RUNS = 2
const TEXT = 'x'.repeat(100)

/** CPU milliseconds of one device. */
interface GroupRun {
  readonly add: number
  readonly join: number
  readonly commit: number
  readonly process: number
  readonly remove: number
  readonly processRemoval: number
  /** Sent and received. */
  readonly message: number
  /** Bytes that each message adds to its receiver's journal. The bare library has no journal. */
  readonly journalBytes: number
}

type Quantity = keyof GroupRun

const ROWS = [
  ['add', 'add all others in one commit'],
  ['join', 'join'],
  ['commit', 'make a later commit'],
  ['process', 'receive it'],
  ['remove', 'remove one'],
  ['processRemoval', 'receive the removal'],
  ['message', 'send and receive a message'],
] as const
const GOAL = 1.1
const GOAL_BYTES = 2048

export async function run(options: BenchOptions): Promise<Section[]> {
  const { quick, log } = options
  const own = await librarySuite()
  const sections: Section[] = []
  for (const size of quick ? [8] : [100, 1000]) {
    log(`chat: a group of ${size}`)
    const devices = Array.from({ length: size }, (_, number) => new TestPerson().device(`Device ${number}`))
    const contestants = {
      shoal: () => runOurs(devices),
      'ts-mls': () => runBare(devices, own),
      'ts-mls over our functions': () => runBare(devices, suite),
    }
    const runs = size === 1000 ? Math.min(options.runs, LARGE_RUNS) : options.runs
    const turns = await takeTurns<GroupRun>(contestants, { runs, log })
    const value = (who: keyof typeof contestants, name: Quantity) =>
      medianOf(turns.runs.get(who)!, each => each[name])
    const ratio = (name: Quantity, rival: keyof typeof contestants) =>
      value('shoal', name) / value(rival, name)
    sections.push({
      title: `A group of ${size}: milliseconds of processor time of one device`,
      columns: ['', 'Shoal', 'ts-mls', 'ratio', 'ts-mls over our functions', 'ratio'],
      rows: [
        ...ROWS.map(([name, label]) => [
          label,
          value('shoal', name).toFixed(2),
          value('ts-mls', name).toFixed(2),
          `${ratio(name, 'ts-mls').toFixed(2)} x`,
          value('ts-mls over our functions', name).toFixed(2),
          `${ratio(name, 'ts-mls over our functions').toFixed(2)} x`,
        ]),
        ['journal of a message', `${value('shoal', 'journalBytes').toFixed(0)} bytes`, '', '', '', ''],
      ],
      goals: [
        ...ROWS.map(([name, label]) => against(label, ratio(name, 'ts-mls'), GOAL, 'most')),
        against('journal of a message', value('shoal', 'journalBytes'), GOAL_BYTES, 'most', ' bytes'),
      ],
      runs: Object.fromEntries(turns.runs),
    })
  }
  sections.push(await measureWaiting(options), await measureScreens(options), await measureStalls(options))
  return sections
}

async function runOurs([admin, other, third, ...rest]: TestDevice[]): Promise<GroupRun> {
  await admin!.create([admin!.did])
  const added: ForeignKeyPackage[] = []
  for (const each of [other!, third!, ...rest]) added.push(await each.keyPackage())
  const changes = added.map(device => ({ kind: 'add' as const, device }))
  const made = await timed(async () => {
    const commit = await admin!.group.commit(changes)
    await admin!.group.receive(commit.bytes)
    return commit
  })
  const join = await timed(() => other!.join(made.result.welcome!))
  await third!.join(made.result.welcome!)
  const members = [admin!, other!, third!]
  const change = async (what: Parameters<TestDevice['group']['commit']>[0]) => {
    const commit = await timed(async () => {
      const { bytes } = await admin!.group.commit(what)
      await admin!.group.receive(bytes)
      return bytes
    })
    const received = await timed(() => other!.group.receive(commit.result))
    await third!.group.receive(commit.result)
    return [commit.ms, received.ms] as const
  }
  await change([])
  const [commit, received] = await change([])
  const journal = () => other!.records.reduce((sum, { length }) => sum + length, 0)
  const before = journal()
  const talk = await timed(async () => {
    for (let n = 0; n < MESSAGES; n++) await other!.hear(await admin!.say(TEXT))
  })
  const journalBytes = (journal() - before) / MESSAGES
  const last = members.length - 1
  const [remove, processRemoval] = await change([{ kind: 'remove', leaf: last }])
  return {
    ...{ add: made.ms, join: join.ms, commit, process: received, remove, processRemoval },
    ...{ message: talk.ms / MESSAGES, journalBytes },
  }
}

async function runBare(devices: readonly TestDevice[], functions: Suite): Promise<GroupRun> {
  const [admin, other, third, ...rest] = devices.map(({ own }) => new BareDevice(own, functions))
  await admin!.prepare()
  await admin!.create(devices[0]!.did)
  const added: Awaited<ReturnType<BareDevice['prepare']>>[] = []
  for (const each of [other!, third!, ...rest]) added.push(await each.prepare())
  const made = await timed(() => admin!.add(added))
  const join = await timed(() => other!.join(made.result.welcome!))
  await third!.join(made.result.welcome!)
  const change = async (make: () => Promise<{ readonly bytes: Uint8Array }>) => {
    const commit = await timed(make)
    const received = await timed(() => other!.receive(commit.result.bytes))
    await third!.receive(commit.result.bytes)
    return [commit.ms, received.ms] as const
  }
  await change(() => admin!.update())
  const [commit, received] = await change(() => admin!.update())
  const text = new TextEncoder().encode(TEXT)
  const talk = await timed(async () => {
    for (let n = 0; n < MESSAGES; n++) await other!.receive(await admin!.send(text))
  })
  const [remove, processRemoval] = await change(() => admin!.remove(2))
  return {
    ...{ add: made.ms, join: join.ms, commit, process: received, remove, processRemoval },
    ...{ message: talk.ms / MESSAGES, journalBytes: 0 },
  }
}

/** CPU time, which other load affects less than elapsed time. */
async function timed<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const before = process.cpuUsage()
  const result = await run()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1000 }
}
