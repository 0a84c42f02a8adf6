import { expect, it } from 'vitest'
import { type QueryOutcome, searchSimulation } from './network-search.ts'
import { renewalSimulation } from './renewal.ts'

function median(outcomes: readonly QueryOutcome[], of: (outcome: QueryOutcome) => number): number {
  return outcomes.map(of).sort((a, b) => a - b)[outcomes.length >> 1]!
}

it('finds what matches in a network of 1,000 nodes, although a fifth of them lie', async () => {
  const outcomes = await searchSimulation({
    ...{ nodes: 1000, entries: 12_000, queries: 4, seed: 2, hostilePart: 0.2, latencyMs: 80 },
  })
  expect(outcomes).toHaveLength(17)
  expect(Math.max(...outcomes.map(({ messages }) => messages))).toBeLessThanOrEqual(60)
  expect(median(outcomes, ({ ms }) => ms)).toBeLessThan(2000)
  const rare = outcomes.filter(({ rarest }) => rarest <= 500)
  expect(rare.reduce((sum, { recall }) => sum + recall, 0) / rare.length).toBeGreaterThanOrEqual(0.95)
  // One word occurs in a fifth of the entries: more than its index nodes store.
  expect(outcomes[0]!.rarest).toBeGreaterThan(2000)
  expect(outcomes[0]!.pageRecall).toBeGreaterThanOrEqual(0.9)
  expect(outcomes.map(({ pushedOff }) => pushedOff)).toEqual(outcomes.map(() => 0))
  expect(outcomes.map(({ spamAbove }) => spamAbove)).toEqual(outcomes.map(() => 0))
})

it('renews 20,000 keys with less than one request in a second', async () => {
  const { requestsPerSecond, mostPerSecond, reached } = await renewalSimulation(300, 20_000)
  expect(requestsPerSecond).toBeLessThan(1)
  expect(mostPerSecond).toBeLessThan(5)
  // The others receive entries from their neighbors; for keys, most nodes of a region are enough.
  expect(reached).toBeGreaterThan(0.8)
})
