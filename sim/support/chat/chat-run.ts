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
 * `kill again`: while a member returns to the group. `part`: the network between two members who
 * can reach the hub.
 */
type Failing = 'kill' | 'kill again' | 'away' | 'cut' | 'part'

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
  'the hub away': { kinds: ['away'] },
  'members cut off': { kinds: ['cut'] },
  'a hub that repeats, withholds and reorders': { kinds: [], misbehavior: MISBEHAVIOR },
  'all of these': { kinds: ['kill', 'away', 'cut'], misbehavior: MISBEHAVIOR },
  'the hub away, and members who are connected to each other': { kinds: ['away', 'part'], hasLinks: true },
  'all of these, and members who are connected to each other': {
    kinds: ['kill', 'away', 'cut', 'part'],
    misbehavior: MISBEHAVIOR,
    hasLinks: true,
  },
  'members killed as they come back': { kinds: ['kill again'], writeMs: 50 },
}

/** The first two are admins and stay; the third is a member, the others join later. */
const NAMES = ['Ann', 'Ben', 'Cat', 'Dan']
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
    operations: fc.array(operation, { minLength: 6, maxLength: 24, size: 'max' }),
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
    const { broken, messages, crashes } = await runPlan(plan, fault, change)
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

async function runPlan(
  { seed, operations }: Plan,
  { misbehavior, writeMs, hasLinks = false }: Fault,
  change: (world: ChatWorld) => void,
): Promise<{ readonly broken: readonly string[]; readonly messages: number; readonly crashes: number }> {
  const world = new ChatWorld(seed, 4)
  world.hasLinks = hasLinks
  world.writeMs = writeMs ?? world.writeMs
  // Messages leave memory early, so that faults affect that, too.
  world.pageMessages = 2
  world.hub.screen = 3
  change(world)
  const members: ChatMember[] = []
  for (const name of NAMES) members.push(await world.member(name))
  const admins = members.slice(0, ADMINS).map(({ did }) => did)
  const first = await world.until(members[0]!.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(first!.change({ add: members.slice(1, FIRST).map(({ did }) => did) }))
  await world.until(first!.change({ policy: { ...first!.policy!, admins } }))
  await world.advance(2000)
  if (misbehavior) world.hub.misbehavior = misbehavior

  const acknowledged: Sent[] = []
  const broken: string[] = []
  const wereRemoved = new Set<ChatMember>()
  let crashes = 0
  const groupOf = ({ chat, process }: ChatMember) => (process.isAlive ? chat?.conversations[0] : undefined)
  const launch = (member: ChatMember) => {
    if (member.process.isAlive) return
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

  for (const [number, { kind, afterMs, who, which, forMs }] of operations.entries()) {
    await world.advance(afterMs)
    const member = members[who % members.length]!
    if (kind === 'away') {
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
    } else if (kind === 'kill') {
      if (!member.process.isAlive) continue
      member.process.crash = { writes: 1 + which, isDurable: forMs % 2 === 0 }
      world.clock.after(forMs, () => launch(member))
    } else if (kind === 'kill again') {
      const other = members[ADMINS + (who % (members.length - ADMINS))]!
      const { process } = other
      process.crash = { writes: 1, isDurable: forMs % 2 === 0, journal: 'conversations' }
      const look = () => (process.isAlive ? void world.clock.after(200, look) : launch(other))
      world.clock.after(forMs, look)
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
  broken.push(...(await judge(members, acknowledged, wereRemoved)))
  for (const { chat } of members) chat?.close()
  return { broken, messages: acknowledged.length, crashes }
}

/** Returns the broken invariants. */
async function judge(
  members: readonly ChatMember[],
  acknowledged: readonly Sent[],
  wereRemoved: ReadonlySet<ChatMember>,
): Promise<string[]> {
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
    // Permanent members have all messages; the others have all since they were added.
    const isFounder = !wereRemoved.has(member) && members.indexOf(member) < FIRST
    const due = shown.filter(
      ({ sequence, sender }) =>
        isFounder ||
        ((sequence ?? 0) > (member.joinedAt ?? 0) && ![...wereRemoved].some(({ did }) => did === sender)),
    )
    const missing = due.filter(({ text }) => !texts.includes(text))
    if (missing.length > 0) broken.push(`${name} lacks ${missing.map(({ text }) => text)}`)
    const common = shown.map(({ text }) => text).filter(text => texts.includes(text))
    if (`${common}` !== `${texts}`) broken.push(`${name} shows ${texts} where Ann shows ${common}`)
  }
  for (const { text, by } of acknowledged)
    if (!wereRemoved.has(by) && !shown.some(each => each.text === text))
      broken.push(`"${text}" was acknowledged and is not there`)
  return broken
}
