import { expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Tokens } from './tokens.ts'

const MINUTE = 60_000
const ip = Uint8Array.of(1, 2, 3, 4)
const key = new Uint8Array(20).fill(1)

function setUp() {
  const clock = new VirtualClock()
  return { clock, tokens: new Tokens(clock, seededRandom(1)) }
}

it('accepts a token only from its own address and for its own key', () => {
  const { tokens } = setUp()
  const token = tokens.create(ip, key)
  expect(tokens.accepts(token, ip, key)).toBe(true)
  expect(tokens.accepts(token, Uint8Array.of(1, 2, 3, 5), key)).toBe(false)
  expect(tokens.accepts(token, ip, new Uint8Array(20))).toBe(false)
  expect(tokens.accepts(token.subarray(1), ip, key)).toBe(false)
  expect(tokens.accepts(new Uint8Array(0), ip, key)).toBe(false)
})

it.each([0, 2, 4.9])(
  'accepts a token created after %f minutes for five minutes, and not for ten',
  async at => {
    const { clock, tokens } = setUp()
    await clock.advance(at * MINUTE)
    const token = tokens.create(ip, key)
    await clock.advance(5 * MINUTE)
    expect(tokens.accepts(token, ip, key)).toBe(true)
    await clock.advance(5 * MINUTE)
    expect(tokens.accepts(token, ip, key)).toBe(false)
  },
)

it('accepts no old token after a long pause', async () => {
  const { clock, tokens } = setUp()
  const token = tokens.create(ip, key)
  await clock.advance(60 * MINUTE)
  expect(tokens.accepts(token, ip, key)).toBe(false)
})
