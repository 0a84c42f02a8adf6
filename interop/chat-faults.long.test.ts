/**
 * Members of a closed group and a room of a share as real processes, while they, their hub, Redis,
 * PostgreSQL and the network fail. See docs/testing.md for longer runs.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAT_FAULTS, ChatUnderFaults } from './support/chat-under-faults.ts'
import { missing } from './support/tools.ts'

const ROUNDS = Number(process.env.SHOAL_CHAT_ROUNDS ?? 1)
const CUT_MS = Number(process.env.SHOAL_HUB_CUT_MS ?? 3000)

describe.skipIf(missing('postgres', 'initdb', 'setpriv', 'redis-server'))('a conversation', () => {
  let world: ChatUnderFaults

  beforeAll(async () => {
    world = await ChatUnderFaults.start()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test.each(CHAT_FAULTS)(
    'has each acknowledged message exactly once for everybody, and one state: %s',
    async fault => {
      const before = world.acknowledged
      for (let round = 0; round < ROUNDS; round++) expect(await world.round(fault, CUT_MS)).toEqual([])
      console.log(`${fault}: ${ROUNDS} rounds, ${world.acknowledged - before} messages`)
    },
    240_000 * ROUNDS,
  )

  // It takes minutes.
  test.skipIf(!process.env.SHOAL_CHAT_POINTS)(
    'has them also when a member dies at any place where it writes',
    async () => {
      const points = await world.writePoints()
      expect(points.length).toBeGreaterThan(10)
      const before = world.acknowledged
      for (let round = 0; round < ROUNDS; round++)
        for (const [at, point] of points.entries()) {
          const isDurable = (round + at) % 2 === 0
          console.log(`${at + 1} of ${points.length}: ${point.point}${isDurable ? ', written' : ''}`)
          expect([point, await world.killAt(point, isDurable)]).toEqual([point, []])
        }
      console.log(
        `${points.length} places: ${ROUNDS * points.length} deaths, ${world.acknowledged - before} messages`,
      )
    },
    1_200_000 * ROUNDS,
  )
})
