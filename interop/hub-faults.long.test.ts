/**
 * Rooms of two real processes of a hub while one of them, Redis or PostgreSQL is killed, or the
 * network is cut. See docs/testing.md for longer runs.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HUB_FAULTS } from './support/faulty-hub.ts'
import { HubUnderFaults } from './support/hub-under-faults.ts'
import { missing } from './support/tools.ts'

const ROUNDS = Number(process.env.SHOAL_HUB_ROUNDS ?? 1)
const CUT_MS = Number(process.env.SHOAL_HUB_CUT_MS ?? 3000)

describe.skipIf(missing('postgres', 'initdb', 'setpriv', 'redis-server'))('rooms and inboxes', () => {
  let world: HubUnderFaults

  beforeAll(async () => {
    world = await HubUnderFaults.start()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test.each(HUB_FAULTS)(
    'lose nothing that was acknowledged, and bring it to everybody once: %s',
    async fault => {
      const before = world.acknowledged
      for (let round = 0; round < ROUNDS; round++) expect(await world.round(fault, CUT_MS)).toEqual([])
      const { entries, deliveries } = world.acknowledged
      console.log(
        `${fault}: ${ROUNDS} rounds, ${entries - before.entries} entries, ${deliveries - before.deliveries} deliveries`,
      )
    },
    240_000 * ROUNDS,
  )
})
