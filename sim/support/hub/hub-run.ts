/**
 * Runs of a simulated hub: a plan of members' actions and faults, and invariants that must hold at
 * the end. fast-check generates the plans, and shrinks failing ones.
 */
import fc from 'fast-check'
import { readHead, roomId, verifyEntries } from '../../../packages/hub-api/src/rooms/rooms.ts'
import { type Disturbances, HubWorld, NO_DISTURBANCE, type WorldOptions } from './hub-world.ts'
import { keyOf, type Mistakes, type Post, SimulatedMember } from './member.ts'

/** Actions of all members. The rest are faults. */
const USE = ['post', 'resend', 'deliver', 'follow', 'leave', 'come'] as const
type Use = (typeof USE)[number]
type Failing = 'kill' | 'cut-off' | 'redis' | 'database' | 'connection' | 'slow' | 'cut' | 'stall'

interface Operation {
  readonly kind: Use | Failing
  /** After the previous operation. */
  readonly afterMs: number
  /** A member or process: modulo their number. */
  readonly who: number
  /** A room, an entry, or another member. */
  readonly which: number
  /** How long a fault lasts; also determines how many entries are posted. */
  readonly forMs: number
}

export interface Plan {
  readonly seed: number
  readonly processes: number
  readonly members: number
  readonly rooms: number
  readonly operations: readonly Operation[]
}

export interface Fault {
  readonly kinds: readonly Failing[]
  readonly disturbances?: Disturbances
}

const DISTURBED: Disturbances = { lost: 10, twice: 20, late: 10 }

export const FAULTS: Readonly<Record<string, Fault>> = {
  'processes killed': { kinds: ['kill'] },
  'Redis lost, or out of reach for some': { kinds: ['redis', 'cut-off'] },
  'the database killed, or its answers lost': { kinds: ['database', 'connection', 'slow'] },
  'the network cut, or slow': { kinds: ['cut', 'stall'] },
  'messages twice, late and lost': { kinds: [], disturbances: DISTURBED },
  'all of these': {
    kinds: ['kill', 'redis', 'cut-off', 'database', 'connection', 'slow', 'cut', 'stall'],
    disturbances: DISTURBED,
  },
}

export function planFor({ kinds }: Fault): fc.Arbitrary<Plan> {
  const used: Operation['kind'][] = ['post', 'post', 'post', 'deliver', ...USE]
  const failing = Array.from({ length: 4 }, () => kinds).flat()
  const operation = fc.record<Operation>({
    kind: fc.constantFrom(...used, ...(kinds.length > 3 ? kinds : failing)),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 4000 })),
    who: fc.nat(11),
    which: fc.nat(11),
    forMs: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 60_000 })),
  })
  return fc.record<Plan>({
    seed: fc.nat(),
    processes: fc.integer({ min: 1, max: 3 }),
    members: fc.integer({ min: 1, max: 4 }),
    rooms: fc.integer({ min: 1, max: 2 }),
    operations: fc.array(operation, { minLength: 0, maxLength: 30, size: 'max' }),
  })
}

/**
 * Virtual time within which everything must have recovered after the last fault. A client reads its
 * inbox on its own at least every 270 s.
 */
const RECOVERY_MS = 600_000

export type RunOptions = Omit<WorldOptions, 'seed' | 'processes'> & {
  readonly mistakes?: Mistakes
  readonly recoveryMs?: number
}

export interface RunResult {
  readonly trace: string
  readonly log: readonly string[]
  readonly entries: number
  readonly deliveries: number
}

/** Runs a plan. Throws, with the last events, if an invariant was broken. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const run = new HubRun(plan, options)
  for (const operation of plan.operations) await run.apply(operation)
  if (await run.recover(options.recoveryMs ?? RECOVERY_MS)) run.check()
  const timers = await run.close()
  if (timers > 0) run.world.violated(`${timers} timers are left`)
  const { violations, log, trace } = run.world
  if (violations.length > 0)
    throw new Error([...violations, 'The last events:', ...log.slice(-60)].join('\n'))
  return { trace, log, ...run.counts }
}

class HubRun {
  readonly world: HubWorld
  readonly #members: readonly SimulatedMember[]
  readonly #rooms: readonly Uint8Array[]
  readonly #posts: Post[] = []

  constructor(plan: Plan, { mistakes, ...options }: RunOptions) {
    const { seed, processes } = plan
    const limits = {
      waitingBytes: 1000,
      deliveries: FREE,
      deliveriesPerDevice: FREE,
      ...options.given?.limits,
    }
    this.world = new HubWorld({ ...options, seed, processes, given: { ...options.given, limits } })
    const { world } = this
    const numbers = (count: number) => Array.from({ length: count }, (_, at) => at)
    this.#rooms = numbers(plan.rooms).map(() => createRoom(world))
    this.#members = numbers(plan.members).map(
      at => new SimulatedMember(world, `member ${at}`, undefined, mistakes),
    )
    for (const member of this.#members) {
      member.follow(this.#rooms[0]!)
      member.come()
    }
  }

  get counts() {
    return {
      entries: new Set(
        this.#members.flatMap(({ acknowledged }) => acknowledged.map(({ clientId }) => keyOf(clientId))),
      ).size,
      deliveries: this.#members.reduce((sum, { delivered }) => sum + delivered.length, 0),
    }
  }

  async apply(operation: Operation): Promise<void> {
    await this.world.clock.advance(operation.afterMs)
    this.world.note(`${operation.kind} ${operation.who} ${operation.which} ${operation.forMs}`)
    this.#handlers[operation.kind](operation)
  }

  readonly #handlers: Readonly<Record<Operation['kind'], (operation: Operation) => void>> = {
    post: ({ who, which, forMs }) => {
      for (let count = 0; count < 1 + (forMs % 5); count++) {
        const room = of(this.#rooms, which)
        const bytes = new TextEncoder().encode(`entry ${this.#posts.length}`)
        const post = { room, clientId: this.world.random.bytes(16), bytes }
        this.#posts.push(post)
        of(this.#members, who).post(post)
      }
    },
    resend: ({ who, which }) => {
      if (this.#posts.length > 0) of(this.#members, who).post(of(this.#posts, which))
    },
    deliver: ({ who, which, forMs }) => {
      const [from, to] = [of(this.#members, who), of(this.#members, which)]
      const clientId = this.world.random.bytes(16)
      from.deliver({ device: to.device, clientId, bytes: new Uint8Array(1 + (forMs % 100)) })
    },
    follow: ({ who, which }) => of(this.#members, who).follow(of(this.#rooms, which)),
    leave: ({ who }) => of(this.#members, who).leave(),
    come: ({ who }) => of(this.#members, who).come(),
    kill: ({ who, forMs }) => {
      const number = who % this.world.processes.length
      this.world.kill(number)
      this.#after(forMs, () => this.world.start(number))
    },
    'cut-off': ({ who, forMs }) => {
      const process = of(this.world.processes, who)
      this.world.cutOff(process)
      this.#after(forMs, () => this.world.rejoin(process))
    },
    redis: ({ forMs }) => {
      const { processes } = this.world
      for (const process of processes) this.world.cutOff(process)
      this.#after(forMs, () => {
        for (const process of this.world.processes) this.world.rejoin(process)
      })
    },
    database: ({ forMs }) => {
      this.world.database.kill()
      this.#after(forMs, () => this.world.database.restart())
    },
    connection: ({ who }) => of(this.world.processes, who).database.interrupt(),
    slow: ({ who, forMs }) => {
      const { database } = of(this.world.processes, who)
      const { slowestMs } = database
      database.slowestMs = 2000
      this.#after(forMs, () => {
        database.slowestMs = slowestMs
      })
    },
    cut: operation => this.#cut(operation, true),
    stall: operation => this.#cut(operation, false),
  }

  /**
   * Ends all faults, and waits until all members are back and have everything. Returns false if
   * that takes too long.
   */
  async recover(withinMs: number): Promise<boolean> {
    const { world } = this
    world.note('nothing fails from now on')
    world.database.restart()
    for (const process of world.processes) {
      world.start(process.number)
      world.rejoin(world.processes[process.number]!)
    }
    for (const member of this.#members) {
      member.network.heal()
      member.come()
      for (const room of this.#rooms) member.follow(room)
    }
    const isOver = () => this.#members.every(({ isDone }) => isDone) && this.#missing().length === 0
    if (await world.clock.until(isOver, withinMs)) return true
    const undone = this.#members.filter(({ isDone }) => !isDone).map(({ name }) => `${name} is not done`)
    for (const each of [...undone, ...this.#missing()]) world.violated(`after recovery: ${each}`)
    return false
  }

  check(): void {
    for (const room of this.#rooms) this.#checkRoom(room)
    this.#checkInboxes()
  }

  close(): Promise<number> {
    for (const member of this.#members) member.leave()
    return this.world.close()
  }

  #cut({ who, which, forMs }: Operation, breaks: boolean): void {
    // One member, or all.
    const members = which % 3 === 0 ? this.#members : [of(this.#members, who)]
    for (const { network } of members) network.cut(breaks)
    this.#after(forMs, () => {
      for (const { network } of members) network.heal()
    })
  }

  #after(ms: number, end: () => void): void {
    this.world.clock.after(ms, end)
  }

  /** Returns what has not arrived yet. */
  #missing(): string[] {
    const missing: string[] = []
    for (const room of this.#rooms) {
      const last = entriesOf(this.world, room).length
      for (const { name, logs } of this.#members)
        if (logs.get(keyOf(room))?.since !== last) missing.push(`${name} does not have entry ${last}`)
    }
    const [left] = this.world.database.rowsOf({
      text: 'SELECT count(*) AS count FROM inbox_entries',
      values: [],
    })
    const { count } = left as { count: number }
    return count > 0 ? [...missing, `${count} entries of inboxes are left`] : missing
  }

  #checkRoom(room: Uint8Array): void {
    const { world } = this
    const entries = entriesOf(world, room)
    const head = verifyEntries({ room, sequence: 0, hash: room }, entries)
    const contents = entries.map(({ bytes }) => keyOf(bytes))
    if (new Set(contents).size < contents.length) world.violated('an entry is in the log twice')
    const posted = new Set(this.#posts.map(({ bytes }) => keyOf(bytes)))
    if (contents.some(each => !posted.has(each))) world.violated('an entry is in the log that nobody posted')
    for (const { name, acknowledged, stored, logs } of this.#members) {
      for (const { sequence, hash, clientId, bytes, ...rest } of acknowledged) {
        if (keyOf(rest.room) !== keyOf(room)) continue
        const entry = entries[sequence - 1]
        const [is, must] = [entry && [entry.hash, entry.clientId, entry.bytes], [hash, clientId, bytes]]
        if (!is || is.some((each, at) => keyOf(each) !== keyOf(must[at]!)))
          world.violated(`an entry that was acknowledged as ${sequence} to ${name} is not there`)
      }
      const log = logs.get(keyOf(room))!
      const own = Array.from(stored.get(keyOf(room))!.entries.values()).sort(
        (a, b) => a.sequence - b.sequence,
      )
      if (
        own.length !== entries.length ||
        own.some(({ hash }, at) => keyOf(hash) !== keyOf(entries[at]!.hash))
      )
        world.violated(`${name} has another log`)
      const [part, ...gaps] = log.parts
      if (gaps.length > 0 || part!.from.sequence > 0) world.violated(`${name} has gaps`)
      if (head.sequence === 0) continue
      if (!part!.signed) {
        world.violated(`${name} has no signed head`)
        continue
      }
      const signed = readHead(part!.signed)
      const isRight = keyOf(signed.hub) === keyOf(world.key.publicKey) && keyOf(signed.room) === keyOf(room)
      if (!isRight || signed.sequence !== head.sequence || keyOf(signed.hash) !== keyOf(head.hash))
        world.violated(`${name} does not have the signed head`)
    }
  }

  #checkInboxes(): void {
    const taken = new Map<string, string>()
    for (const { device, inbox } of this.#members)
      for (const { clientId, bytes } of inbox.values())
        taken.set(keyOf(device) + keyOf(clientId), keyOf(bytes))
    for (const { name, delivered } of this.#members)
      for (const { device, clientId, bytes } of delivered)
        if (taken.get(keyOf(device) + keyOf(clientId)) !== keyOf(bytes))
          this.world.violated(`a delivery of ${name} has not arrived`)
  }
}

const FREE = { perSecond: 1000, most: 1000 }

function of<T>(all: readonly T[], which: number): T {
  return all[which % all.length]!
}

/** Creates a room that is open to all members of the hub. */
export function createRoom(world: HubWorld): Uint8Array {
  const name = { creator: 'did:example:creator', salt: world.random.bytes(32), kind: 'group' }
  const id = roomId(name)
  world.database.rowsOf({
    text: `INSERT INTO rooms (id, kind, created_ms, posted_ms, start_sequence, start_hash, last_sequence, last_hash, bytes, home, home_sequence, moved)
      VALUES ($1, 'group', 0, 0, 0, $1, 0, $1, 0, NULL, 0, 0)`,
    values: [id],
  })
  return id
}

interface Row {
  readonly sequence: number
  readonly client_id: Uint8Array
  readonly posted_ms: number
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

/** Reads a log from the database. */
function entriesOf(world: HubWorld, room: Uint8Array) {
  const text =
    'SELECT entries.* FROM entries JOIN rooms ON rooms.number = entries.room WHERE rooms.id = $1 ORDER BY sequence'
  return (world.database.rowsOf({ text, values: [room] }) as Row[]).map(
    ({ sequence, client_id, posted_ms, bytes, hash }) => ({
      ...{ sequence, clientId: client_id, postedMs: posted_ms, bytes, hash },
    }),
  )
}

/**
 * Runs this many plans for a fault, each with its own seed. Throws for the smallest failing plan,
 * with the seed.
 */
export async function runSeeds(
  fault: Fault,
  seeds: readonly number[],
  options: RunOptions = {},
): Promise<{ runs: number; entries: number; deliveries: number; operations: number }> {
  const total = { runs: 0, entries: 0, deliveries: 0, operations: 0 }
  const disturbances = fault.disturbances ?? NO_DISTURBANCE
  for (const seed of seeds) {
    const run = async (plan: Plan) => {
      const { entries, deliveries } = await runPlan(plan, { disturbances, ...options })
      total.runs++
      total.entries += entries
      total.deliveries += deliveries
      total.operations += plan.operations.length
    }
    await fc.assert(fc.asyncProperty(planFor(fault), run), { seed, numRuns: 1 })
  }
  return total
}
