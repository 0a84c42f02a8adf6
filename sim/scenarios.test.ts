import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import type { MemoryNat } from '../packages/torrent/src/transport/memory-nat.ts'
import { type Group, LINKS, NATS, SCENARIOS, type Scenario } from './scenarios.ts'
import { behave } from './support/hostile.ts'
import { type Host, World } from './support/world.ts'

/** Overrides the seed of every scenario, to search for others that fail. */
const SEED = process.env.SHOAL_SIM_SEED
const CHURN_MS = 3000

let world: World
afterEach(() => world?.close())

/** Runs a scenario until all of its remaining hosts are complete. */
async function run(scenario: Scenario, seed: number): Promise<Host[]> {
  const { pieces = 24, pieceKib = 32, version = 'v1', groups, hostile = {}, churnRounds = 0 } = scenario
  world = new World(await testTorrent({ pieces, pieceLengthBytes: pieceKib * 1024, version }), seed)
  for (const [kind, count] of Object.entries(hostile))
    for (let i = 0; i < count; i++) await behave(world, kind as keyof typeof hostile)
  const joinAt = (group: Group) => group.joinSeconds ?? 0
  for (const group of [...groups].sort((a, b) => joinAt(a) - joinAt(b))) await joinGroup(group)
  for (let round = 0; round < churnRounds; round++) await churn(groups.at(-1)!, round)
  await world.complete(scenario.withinSeconds * 1000)
  return world.hosts.filter(host => !host.gone)
}

async function joinGroup(group: Group): Promise<void> {
  await world.clock.advance(Math.max(0, (group.joinSeconds ?? 0) * 1000 - world.clock.nowMs()))
  const shared = group.nat && group.sharedNat ? world.nat(NATS[group.nat]) : undefined
  for (let i = 0; i < group.count; i++) {
    const host = await join(group, shared)
    if (group.leaveSeconds) world.clock.after(group.leaveSeconds * 1000, () => void world.leave(host))
    if (group.vanishSeconds) world.clock.after(group.vanishSeconds * 1000, () => void world.vanish(host))
  }
}

function join({ role, link, transport, nat }: Group, shared?: MemoryNat): Promise<Host> {
  return world.join({
    seed: role === 'seed',
    link: LINKS[link],
    ...(transport && { transport }),
    ...(nat && { nat: shared ?? world.nat(NATS[nat]) }),
    ...(role === 'rider' && { session: { limits: { uploadBytesPerSecond: 0 } } }),
  })
}

/** A random leech leaves, every second time without notice, and another joins. */
async function churn(group: Group, round: number): Promise<void> {
  await world.clock.advance(CHURN_MS)
  const present = world.hosts.slice(1).filter(host => !host.gone)
  const leaving = present[world.random.below(present.length)]!
  if (round % 2) await world.vanish(leaving)
  else await world.leave(leaving)
  await join(group)
}

/** Returns the same seed for the same name in every run. */
function seedOf({ name }: Scenario): number {
  return SEED ? Number(SEED) : createHash('sha1').update(name).digest().readUInt16BE()
}

describe('swarms in virtual time', () => {
  it.each(SCENARIOS.map(scenario => ({ scenario, name: scenario.name, seed: seedOf(scenario) })))(
    '$name (seed $seed)',
    async ({ scenario, seed }) => {
      const hosts = await run(scenario, seed)
      for (const { torrent, completeMs } of hosts) {
        expect(completeMs).not.toBeNull()
        const { progress, wastedBytes } = torrent.stats
        expect(progress).toBe(1)
        expect(wastedBytes).toBeLessThanOrEqual((scenario.waste ?? 0.75) * world.torrent.content.length)
      }
    },
  )

  it('are at least 60 scenarios with different names', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(60)
    expect(SCENARIOS.length).toBe(new Set(SCENARIOS.map(({ name }) => name)).size)
  })
})
