/**
 * Runs of a simulated group: a plan of members' actions and faults, and invariants that must hold
 * at the end. fast-check generates the plans, and shrinks failing ones.
 */
import fc from 'fast-check'
import { type ChatMember, ChatWorld, HOME } from '../../../packages/chat/src/testing/chat-world.ts'
import type { Misbehavior } from '../../../packages/chat/src/testing/memory-hub.ts'

/** `again`: removes a member and adds it again. */
type Use = 'send' | 'add' | 'remove' | 'again' | 'rename'
/**
 * `kill sender`, `kill receiver`: as it writes what a message causes. `lose sender`: it sends a
 * message while the hub is away, and never comes back. `kill again`: while a member returns to the
 * group. `crash`: of the hub. `part`: the network between two members who can reach the hub.
 */
type Failing =
  | 'kill'
  | 'kill sender'
  | 'kill receiver'
  | 'lose sender'
  | 'kill again'
  | 'crash'
  | 'away'
  | 'cut'
  | 'part'

interface Operation {
  readonly kind: Use | Failing
  /** After the previous operation. */
  readonly afterMs: number
  /** A member: modulo their number. */
  readonly who: number
  /** Another member; for `kill`, the number of the write. */
  readonly which: number
  /**
   * How long a fault lasts. When a member is killed, an even number means that the last write was
   * durable.
   */
  readonly forMs: number
}

interface Plan {
  readonly seed: number
  readonly operations: readonly Operation[]
}

/** Where a program is killed once. */
interface WritePoint {
  /** The number of a member, or `hub`. */
  readonly who: number | 'hub'
  /** The number of the write, or of the hub's request, from 1. */
  readonly number: number
  readonly isDurable: boolean
}

export interface Fault {
  readonly kinds: readonly Failing[]
  readonly misbehavior?: Misbehavior
  /** Maximum duration of a write. */
  readonly writeMs?: number
  /** Whether members are also connected to each other. */
  readonly hasLinks?: boolean
}

const MISBEHAVIOR: Misbehavior = { repeats: 20, reorders: 40, withholds: 15 }

export const FAULTS: Readonly<Record<string, Fault>> = {
  'members killed at any write': { kinds: ['kill'] },
  'senders killed as they send': { kinds: ['kill sender'] },
  'receivers killed as they receive': { kinds: ['kill receiver'] },
  'the hub killed': { kinds: ['crash'] },
  'the hub away': { kinds: ['away'] },
  'members cut off': { kinds: ['cut'] },
  'a hub that repeats, withholds and reorders': { kinds: [], misbehavior: MISBEHAVIOR },
  'all of these': { kinds: ['kill', 'crash', 'away', 'cut'], misbehavior: MISBEHAVIOR },
  'the hub away, and members who are connected to each other': { kinds: ['away', 'part'], hasLinks: true },
  'the hub away, and members killed, some for good, who are connected to each other': {
    kinds: ['kill sender', 'kill receiver', 'lose sender', 'away'],
    hasLinks: true,
  },
  'all of these, and members who are connected to each other': {
    kinds: ['kill', 'kill receiver', 'crash', 'away', 'cut', 'part'],
    misbehavior: MISBEHAVIOR,
    hasLinks: true,
  },
  'members killed as they come back': { kinds: ['kill again'], writeMs: 50 },
}

/** The first two are admins and stay; the third is a member, the others join later. */
const NAMES = ['Ann', 'Ben', 'Cat']
const ADMINS = 2
const FIRST = 3
/** Virtual time within which everything must have recovered after the last fault. */
const RECOVERY_MS = 120_000
const ALL = { limit: 10_000 }

function planFor({ kinds }: Fault): fc.Arbitrary<Plan> {
  const changes: Use[] = kinds.includes('kill again') ? ['again', 'again', 'again'] : ['add', 'remove']
  const uses: Use[] = ['send', 'send', 'send', 'send', 'rename', ...changes]
  const operation = fc.record<Operation>({
    kind: fc.constantFrom(...uses, ...kinds, ...kinds),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3000 })),
    who: fc.nat(11),
    which: fc.nat(11),
    forMs: fc.integer({ min: 1, max: 8000 }),
  })
  return fc.record<Plan>({
    seed: fc.nat(),
    operations: fc.array(operation, { minLength: 4, maxLength: 12, size: 'max' }),
  })
}

export interface Totals {
  runs: number
  messages: number
  crashes: number
}

/**
 * Runs plans until one breaks an invariant; the error then contains the shortest plan that does, or
 * the first one if `isQuick`. `change`: a bug to be found.
 */
export async function runSeeds(
  fault: Fault,
  seed: number,
  numRuns: number,
  { change = () => {}, isQuick = false }: { change?: (world: ChatWorld) => void; isQuick?: boolean } = {},
): Promise<Totals> {
  const totals: Totals = { runs: 0, messages: 0, crashes: 0 }
  const property = fc.asyncProperty(planFor(fault), async plan => {
    const { broken, messages, crashes } = await runPlan(plan, fault, { change })
    totals.runs++
    totals.messages += messages
    totals.crashes += crashes
    if (broken.length > 0) throw new Error(broken.join('\n'))
  })
  await fc.assert(property, { seed, numRuns, endOnFailure: isQuick })
  return totals
}

interface Sent {
  readonly text: string
  readonly by: ChatMember
}

let beginning: Promise<ChatWorld> | null = null

/**
 * Returns the world that all runs begin with: three members of a group, and one who is none yet. It
 * is made once.
 */
function begun(): Promise<ChatWorld> {
  beginning ??= (async () => {
    // No plan has this seed: ids would repeat.
    const world = new ChatWorld(2 ** 31, 4)
    for (const name of NAMES) await world.member(name)
    const [ann, ...others] = world.members
    const dids = world.members.map(({ did }) => did)
    const group = (await world.until(ann!.chat!.createGroup({ home: HOME, name: 'Friends' })))!
    await world.until(group.change({ add: others.slice(0, FIRST - 1).map(({ did }) => did) }))
    await world.until(group.change({ policy: { ...group.policy!, admins: dids.slice(0, ADMINS) } }))
    await world.advance(5000)
    for (const { chat } of world.members) chat!.close()
    await world.advance(5000)
    for (const member of world.members) member.kill()
    return world
  })()
  return beginning
}

interface Outcome {
  readonly broken: readonly string[]
  readonly messages: number
  readonly crashes: number
  /** Writes of each member. */
  readonly writes: readonly number[]
  /** Requests to the hub. */
  readonly requests: number
}

/** A few minutes of a group, with a write of each kind. */
const USUAL: readonly Operation[] = (
  [
    ['send', 0, 0],
    ['send', 1, 0],
    ['rename', 0, 0],
    ['send', 2, 0],
    ['again', 0, 0],
    ['send', 1, 0],
    ['rename', 1, 0],
    ['send', 0, 0],
  ] as const
).map(([kind, who, which]) => ({ kind, who, which, afterMs: 400, forMs: 2000 }))

/** Messages that pass directly between members. */
const DIRECTLY: readonly Operation[] = (
  [
    ['away', 0],
    ['send', 0],
    ['send', 1],
    ['send', 2],
  ] as const
).map(([kind, who]) => ({ kind, who, which: 0, afterMs: 200, forMs: 1000 }))

/**
 * Runs the same plan again and again, each time with a program killed at another one of its writes.
 * Rejects with the first point at which that breaks an invariant.
 */
export async function runWritePoints({
  isDirect,
}: {
  readonly isDirect: boolean
}): Promise<{ readonly runs: number; readonly crashes: number }> {
  const plan = { seed: 1, operations: isDirect ? DIRECTLY : USUAL }
  const fault: Fault = { kinds: [], hasLinks: isDirect }
  const { writes, requests } = await runPlan(plan, fault)
  const points: WritePoint[] = writes.flatMap((count, who) =>
    Array.from({ length: 2 * count }, (_, at) => ({ who, number: 1 + (at >> 1), isDurable: at % 2 === 0 })),
  )
  for (let number = 1; number <= requests; number++) points.push({ who: 'hub', number, isDurable: true })
  let crashes = 0
  for (const point of points) {
    const outcome = await runPlan(plan, fault, { point })
    crashes += outcome.crashes
    if (outcome.broken.length > 0) throw new Error(`${JSON.stringify(point)}: ${outcome.broken.join('\n')}`)
  }
  return { runs: points.length, crashes }
}

async function runPlan(
  { seed, operations }: Plan,
  { misbehavior, writeMs, hasLinks = false }: Fault,
  {
    change = () => {},
    point = null,
  }: { readonly change?: (world: ChatWorld) => void; readonly point?: WritePoint | null } = {},
): Promise<Outcome> {
  const world = ChatWorld.copyOf(await begun(), seed)
  world.hasLinks = hasLinks
  world.writeMs = writeMs ?? world.writeMs
  // Messages leave memory early, so that faults affect that, too.
  world.pageMessages = 2
  world.hub.screen = 3
  change(world)
  const { members } = world
  const [ann] = members
  for (const member of members) await member.start()
  await world.advance(500)
  if (misbehavior) world.hub.misbehavior = misbehavior

  const acknowledged: Sent[] = []
  const broken: string[] = []
  const gone = new Set<ChatMember>()
  const wereRemoved = new Set<ChatMember>()
  let crashes = 0
  const groupOf = ({ chat, process }: ChatMember) => (process.isAlive ? chat?.conversations[0] : undefined)
  const launch = (member: ChatMember) => {
    if (member.process.isAlive || gone.has(member)) return
    member.kill()
    crashes++
    member.launch().catch((error: Error) => broken.push(`${member.name} does not start: ${error.stack}`))
  }
  const use = (kind: Use, who: number, which: number, number: number) => {
    const by = members[kind === 'send' ? who % members.length : who % ADMINS]!
    const group = groupOf(by)
    if (group?.state !== 'member') return
    const other = members[ADMINS + (which % (members.length - ADMINS))]!
    if (kind === 'remove' || kind === 'again') wereRemoved.add(other)
    if (kind === 'send') {
      const text = `${number} of ${by.name}`
      const content = { kind: 'text' as const, text, replyTo: null, mentions: [], files: [] }
      group.send(content).then(
        () => acknowledged.push({ text, by }),
        () => {},
      )
    } else {
      const changes = {
        add: { add: [other.did] },
        remove: { remove: [other.did] },
        rename: { policy: { ...group.policy!, name: `Friends ${number}` } },
      }
      // Refused or interrupted: the invariants cover both cases.
      const changed =
        kind === 'again'
          ? group.change(changes.remove).then(() => group.change(changes.add))
          : group.change(changes[kind])
      changed.catch(() => {})
    }
  }

  const killed = (look: () => boolean, start: () => void) => {
    const poll = () => void world.clock.after(200, () => (look() ? start() : poll()))
    poll()
  }
  const before = members.map(({ process }) => process.writes)
  const requestsBefore = world.hub.requests
  if (point?.who === 'hub') {
    const { hub } = world
    hub.crashAfter = point.number
    killed(
      () => !Number.isFinite(hub.crashAfter),
      () => {
        crashes++
        hub.restart()
      },
    )
  } else if (point) {
    const member = members[point.who]!
    member.process.crash = { writes: point.number, isDurable: point.isDurable }
    killed(
      () => !member.process.isAlive,
      () => launch(member),
    )
  }
  for (const [number, { kind, afterMs, who, which, forMs }] of operations.entries()) {
    await world.advance(afterMs)
    const member = members[who % members.length]!
    if (kind === 'crash') {
      crashes++
      world.hub.crash()
      world.clock.after(forMs, () => world.hub.restart())
    } else if (kind === 'away') {
      world.hub.isAway = true
      world.clock.after(forMs, () => {
        world.hub.isAway = false
      })
    } else if (kind === 'cut') {
      const { process } = member
      process.isCut = true
      world.clock.after(forMs, () => {
        process.isCut = false
      })
    } else if (kind === 'part') {
      const other = members[which % members.length]!
      world.part(member, other)
      world.clock.after(forMs, () => world.part(member, other, false))
    } else if (kind === 'kill' || kind === 'kill sender' || kind === 'kill receiver') {
      if (!member.process.isAlive) continue
      member.process.crash = { writes: 1 + which, isDurable: forMs % 2 === 0 }
      world.clock.after(forMs, () => launch(member))
      if (kind === 'kill sender') use('send', who, which, number)
      if (kind === 'kill receiver') use('send', who + 1, which, number)
    } else if (kind === 'lose sender') {
      const receiver = members[(who + 1) % members.length]!
      // Ann stays, to compare the others with.
      if (member === ann || !member.process.isAlive) continue
      world.hub.isAway = true
      use('send', who, which, number)
      receiver.process.crash = { writes: 1 + (which % 4), isDurable: forMs % 2 === 0 }
      world.clock.after(500 + (forMs % 500), () => {
        gone.add(member)
        member.kill()
        launch(receiver)
        world.hub.isAway = false
      })
    } else if (kind === 'kill again') {
      const other = members[ADMINS + (who % (members.length - ADMINS))]!
      const { process } = other
      process.crash = { writes: 1, isDurable: forMs % 2 === 0, journal: 'conversations' }
      killed(
        () => !process.isAlive,
        () => launch(other),
      )
    } else use(kind, who, which, number)
  }
  // No more faults from here on.
  await world.advance(10_000)
  world.hub.isAway = false
  world.hub.misbehavior = { repeats: 0, reorders: 0, withholds: 0 }
  for (const member of members) {
    member.process.crash = null
    launch(member)
  }
  await world.advance(RECOVERY_MS)
  broken.push(...(await judge({ members, gone, acknowledged, wereRemoved })), ...world.keys!.problems)
  for (const { chat } of members) chat?.close()
  const writes = members.map(({ process }, at) => process.writes - before[at]!)
  const requests = world.hub.requests - requestsBefore
  return { broken, messages: acknowledged.length, crashes, writes, requests }
}

/** Returns the broken invariants. */
async function judge({
  members,
  gone,
  acknowledged,
  wereRemoved,
}: {
  readonly members: readonly ChatMember[]
  readonly gone: ReadonlySet<ChatMember>
  readonly acknowledged: readonly Sent[]
  readonly wereRemoved: ReadonlySet<ChatMember>
}): Promise<string[]> {
  const broken: string[] = []
  const [ann] = members
  const truth = ann!.only
  const { messages: shown } = await truth.reader.page(ALL)
  const isIn = (member: ChatMember) => truth.members.some(({ did }) => did === member.did)
  const stateOf = (member: ChatMember) => {
    const { policy, members: all, epoch } = member.only
    return JSON.stringify([`${epoch}`, policy, all.map(({ did, leaf }) => [did, leaf])])
  }
  for (const member of members) {
    const { name } = member
    if (gone.has(member)) continue
    const group = member.chat?.conversations[0]
    if (!isIn(member)) {
      if (group?.state === 'member') broken.push(`${name} believes that it is a member`)
      continue
    }
    if (group?.state !== 'member') {
      broken.push(`${name} is ${group?.state ?? 'without a group'}, though it was added`)
      continue
    }
    if (stateOf(member) !== stateOf(ann!)) broken.push(`${name} has another state than Ann`)
    const { messages } = await group.reader.page(ALL)
    const texts = messages.filter(each => group.reader.deliveryOf(each) !== 'failed').map(({ text }) => text)
    if (new Set(texts).size !== texts.length) broken.push(`${name} shows a message twice: ${texts}`)
    // Permanent members have all messages; the others have all since they were added, of those who
    // can repeat what was on its way then.
    const isFounder = !wereRemoved.has(member) && members.indexOf(member) < FIRST
    const due = shown.filter(
      ({ sequence, sender }) =>
        isFounder ||
        ((sequence ?? 0) > (member.joinedAt ?? 0) &&
          ![...wereRemoved, ...gone].some(({ did }) => did === sender)),
    )
    const missing = due.filter(({ text }) => !texts.includes(text))
    if (missing.length > 0) broken.push(`${name} lacks ${missing.map(({ text }) => text)}`)
    const common = shown.map(({ text }) => text).filter(text => texts.includes(text))
    if (`${common}` !== `${texts}`) broken.push(`${name} shows ${texts} where Ann shows ${common}`)
  }
  for (const { text, by } of acknowledged)
    if (!wereRemoved.has(by) && !gone.has(by) && !shown.some(each => each.text === text))
      broken.push(`"${text}" was acknowledged and is not there`)
  return broken
}
