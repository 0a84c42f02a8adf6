/** A group of devices that run the complete chat, while they, the hub and the network fail. */
import { limitMs } from '@shoal/testing'
import { expect, test } from 'vitest'
import type { ChatWorld } from '../packages/chat/src/testing/chat-world.ts'
import { FAULTS, runSeeds } from './support/chat/chat-run.ts'

const RUNS = Number(process.env.SHOAL_CHAT_RUNS ?? 50)
const SEED = Number(process.env.SHOAL_CHAT_SEED ?? 1)

test.each(Object.entries(FAULTS).map(([name, fault], at) => ({ name, fault, at })))(
  'every acknowledged message is there once, and all members agree in the end: $name',
  async ({ name, fault, at }) => {
    const { runs, messages, crashes } = await runSeeds(fault, 1000 * SEED + at, RUNS)
    console.log(`${name}: ${runs} runs, ${messages} messages, ${crashes} crashes`)
    expect(runs).toBe(RUNS)
    expect(messages).toBeGreaterThan(0)
  },
  limitMs(1800),
)

test.each([
  {
    ...{ name: 'a journal that acknowledges what is not durable yet', fault: 'members killed at any write' },
    change: (world: ChatWorld) => {
      world.hastyMs = 400
    },
  },
  {
    ...{ name: 'a hub that loses what it has acknowledged', fault: 'the hub killed' },
    change: ({ hub }: ChatWorld) => {
      hub.isForgetful = true
    },
  },
])('finds $name', async ({ fault, change }) => {
  const failure = await runSeeds(FAULTS[fault]!, 9, 100, { change, isQuick: true }).then(
    () => null,
    (error: Error) => error,
  )
  expect(failure?.message).toMatch(/Counterexample/)
  expect(String(failure?.cause)).toMatch(
    / shows | lacks | is not there| has another state | though it was added| encrypted twice/,
  )
})
