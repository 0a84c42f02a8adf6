import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SyncData, SyncMemories, SyncMemory } from './sync-memory.ts'

type Data = {
  torrents: Record<string, Record<string, unknown>>
  tags: string[]
  state: Record<string, unknown>
}

const key = fc.constantFrom('a', 'b', 'c', 'd')
const row = fc.record({ x: fc.nat(2), y: fc.array(fc.nat(1), { maxLength: 2 }), z: fc.option(fc.nat(1)) })
const data: fc.Arbitrary<Data> = fc.record({
  torrents: fc.dictionary(key, row, { noNullPrototype: true }),
  tags: fc.uniqueArray(key),
  state: row,
})

/** Applies an answer as a client does. */
function merge(has: Data, given: SyncData): Data {
  const answer = given as Partial<Data> & {
    full_update?: true
    torrents_removed?: string[]
    tags_removed?: string[]
  }
  if (answer.full_update) return given as Data
  const torrents = { ...has.torrents }
  for (const [id, change] of Object.entries(answer.torrents ?? {}))
    torrents[id] = { ...torrents[id], ...(change as object) }
  for (const id of answer.torrents_removed ?? []) delete torrents[id]
  const tags = has.tags.filter(tag => !(answer.tags_removed ?? []).includes(tag))
  return { torrents, tags: [...tags, ...(answer.tags ?? [])], state: { ...has.state, ...answer.state } }
}

test('a client is up to date after every answer, also if it missed some', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(data, fc.boolean())), steps => {
      const memory = new SyncMemory()
      let rid = 0
      let has: Data = { torrents: {}, tags: [], state: {} }
      for (const [now, isMissed] of steps) {
        const answer = memory.answer(rid, now, ['torrents', 'tags'])
        if (isMissed) continue
        has = merge(has, answer)
        rid = answer.rid as number
        expect({ ...now, tags: has.tags.toSorted() }).toEqual({ ...now, tags: now.tags.toSorted() })
        expect([has.torrents, has.state]).toEqual([now.torrents, now.state])
      }
    }),
    { numRuns: 200 },
  )
})

test('unchanged values are not repeated', () => {
  const memory = new SyncMemory(0)
  const now = { torrents: { a: { x: 1, y: [1] } }, state: { up: 1, down: 2 } }
  expect(memory.answer(0, now, ['torrents'])).toEqual({ ...now, full_update: true, rid: 1 })
  expect(memory.answer(1, { ...now, state: { up: 3, down: 2 } }, ['torrents'])).toEqual({
    state: { up: 3 },
    rid: 2,
  })
})

test('the least recently active of many clients gets a full update', () => {
  const memories = new SyncMemories(2)
  const ask = (client: string, rid: number) => memories.of(client, 'list').answer(rid, { up: 1 }, [])
  const { rid } = ask('a', 0) as { rid: number }
  const other = ask('b', 0) as { rid: number }
  expect(ask('a', rid)).toEqual({ rid: rid + 1 })
  ask('c', 0)
  expect(ask('b', other.rid)).toMatchObject({ full_update: true })
})
