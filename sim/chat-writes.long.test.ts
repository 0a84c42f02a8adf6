/** A group of devices that run the complete chat, each killed at every write that it makes. */
import { limitMs } from '@shoal/testing'
import { expect, test } from 'vitest'
import { runWritePoints } from './support/chat/chat-run.ts'

test.each([
  { name: 'at a hub', isDirect: false },
  { name: 'directly, while the hub is away', isDirect: true },
])(
  'killed at every write point, every message is there once and no key is used twice: $name',
  async ({ name, isDirect }) => {
    const { runs, crashes } = await runWritePoints({ isDirect })
    console.log(`${name}: ${runs} runs, ${crashes} crashes`)
    expect(runs).toBeGreaterThan(50)
    // Writes move with the delays of the run, so that a few are not reached.
    expect(crashes).toBeGreaterThan(0.9 * runs)
  },
  limitMs(1800),
)
