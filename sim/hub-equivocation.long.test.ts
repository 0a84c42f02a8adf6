/**
 * A hub that shows its members two logs of one room: they detect it, and can prove it to anyone.
 */
import { afterEach, expect, test } from 'vitest'
import { ForkedLog, proveEquivocation } from '../packages/hub-api/src/rooms/rooms.ts'
import { createRoom } from './support/hub/hub-run.ts'
import { HubWorld } from './support/hub/hub-world.ts'
import { keyOf, SimulatedMember } from './support/hub/member.ts'
import { SimulatedDatabase } from './support/hub/simulated-database.ts'

/** For each of the two ways of detection. */
const RUNS = Number(process.env.SHOAL_SIM_RUNS ?? 40)
const LIMIT_MS = 300_000

/** Two members of a hub whose second process uses another database from some time on. */
class Fork {
  readonly world: HubWorld
  readonly room: Uint8Array
  readonly other: SimulatedDatabase
  /** The number of the process that the second member uses. */
  place = 1
  readonly ann: SimulatedMember
  readonly bob: SimulatedMember

  constructor(seed: number) {
    const world = new HubWorld({ seed, processes: 2 })
    this.world = world
    this.room = createRoom(world)
    this.other = new SimulatedDatabase(world.clock, world.random)
    this.ann = new SimulatedMember(world, 'ann', () => world.processes[0]!)
    this.bob = new SimulatedMember(world, 'bob', () => {
      const process = world.processes[this.place]!
      return process.isAlive ? process : null
    })
    for (const member of [this.ann, this.bob]) {
      member.follow(this.room)
      member.come()
    }
  }

  /** The hub starts to lie. */
  async split(): Promise<void> {
    this.world.kill(1)
    this.world.database.copyTo(this.other)
    this.world.start(1, this.other)
    for (const process of this.world.processes) process.isCutOff = true
    await this.until('bob is back', () => this.bob.isConnected)
  }

  async post(member: SimulatedMember, count: number): Promise<void> {
    for (let at = 0; at < count; at++)
      member.post({
        room: this.room,
        clientId: this.world.random.bytes(16),
        bytes: new TextEncoder().encode(`${member.name} ${at}`),
      })
    const own = () => Math.max(0, ...member.acknowledged.map(({ sequence }) => sequence))
    await this.until('it is there', () => member.isDone && this.logOf(member).since >= own())
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    if (!(await this.world.clock.until(condition, LIMIT_MS))) throw new Error(`not within 5 minutes: ${what}`)
  }

  logOf(member: SimulatedMember) {
    return member.logs.get(keyOf(this.room))!
  }

  /** The newest head that a member has. */
  headOf(member: SimulatedMember): Uint8Array {
    return this.logOf(member).parts.at(-1)!.signed!
  }

  async close(): Promise<void> {
    for (const member of [this.ann, this.bob]) member.leave()
    await this.world.close()
    this.other.close()
  }
}

let fork: Fork
afterEach(() => fork.close())

/** A member who was not there believes it. */
function expectProof(fork: Fork, found: unknown): void {
  expect(found).toBeInstanceOf(ForkedLog)
  const proof = proveEquivocation(...(found as ForkedLog).heads)!
  expect(keyOf(proof.hub)).toBe(keyOf(fork.world.key.publicKey))
  expect(keyOf(proof.room)).toBe(keyOf(fork.room))
  expect(keyOf(proof.hashes[0])).not.toBe(keyOf(proof.hashes[1]))
}

async function forkAt(seed: number): Promise<{ before: number; ann: number; bob: number }> {
  fork = new Fork(seed)
  const { random } = fork.world
  const [before, ann, bob] = [1 + random.below(6), random.below(5), random.below(5)]
  await fork.post(fork.ann, before)
  await fork.until('both have it', () => fork.logOf(fork.bob).since === before)
  await fork.split()
  await fork.post(fork.ann, ann)
  await fork.post(fork.bob, bob)
  return { before, ann, bob }
}

const seeds = Array.from({ length: RUNS }, (_, at) => at + 1)

test('members who show each other the heads that they hold', async () => {
  let forks = 0
  for (const seed of seeds) {
    const { ann, bob } = await forkAt(seed)
    // Their heads differ only if both logs have grown.
    const isFork = ann > 0 && bob > 0
    const compared = [
      fork.logOf(fork.ann).compare(fork.headOf(fork.bob)),
      fork.logOf(fork.bob).compare(fork.headOf(fork.ann)),
    ]
    let isSettled = false
    const settled = Promise.allSettled(compared).finally(() => {
      isSettled = true
    })
    await fork.until('both have compared', () => isSettled)
    const found = (await settled).flatMap(each =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    )
    const proofs = found.filter(each => each instanceof ForkedLog)
    expect({ seed, isFound: proofs.length > 0 }).toEqual({ seed, isFound: isFork })
    for (const proof of proofs) expectProof(fork, proof)
    if (isFork) forks++
    await fork.close()
  }
  expect(forks).toBeGreaterThan(RUNS / 3)
})

test('a member who comes to the other log, as soon as that is as long', async () => {
  let forks = 0
  for (const seed of seeds) {
    const { ann, bob } = await forkAt(seed)
    fork.place = 0
    fork.bob.network.cut(true)
    fork.bob.network.heal()
    await fork.post(fork.ann, Math.max(0, bob - ann))
    const hasAll = () => fork.logOf(fork.bob).since === fork.logOf(fork.ann).since
    await fork.until('it is known', () => (bob > 0 ? fork.bob.problems.some(isForked) : hasAll()))
    const found = fork.bob.problems.find(isForked)
    expect({ seed, isFound: found !== undefined }).toEqual({ seed, isFound: bob > 0 })
    if (found) {
      expectProof(fork, found)
      forks++
    }
    expect(fork.ann.problems).toEqual([])
    await fork.close()
  }
  expect(forks).toBeGreaterThan(RUNS / 3)
})

function isForked(error: unknown): boolean {
  return error instanceof ForkedLog
}
