import { seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import { type Acknowledged, Outbox } from './outbox.ts'
import { RoomError } from './room-error.ts'

/** An outbox with one-byte entries, and a hub that answers on command. */
function outboxOf(count: number) {
  const clock = new VirtualClock()
  const outbox = new Outbox(clock, seededRandom(1))
  const sent: number[] = []
  const answers: PromiseWithResolvers<Acknowledged>[] = []
  outbox.sendOver((_, bytes) => {
    sent.push(bytes[0]!)
    const answer = Promise.withResolvers<Acknowledged>()
    answers.push(answer)
    return answer.promise
  })
  for (let at = 0; at < count; at++)
    outbox.add(new Uint8Array(16).fill(at), Uint8Array.of(at)).catch(() => {})
  const store = (at: number) => answers[at]!.resolve({ sequence: 1, postedMs: 0, hash: new Uint8Array(32) })
  const refuse = (at: number, code: 'busy' | 'slow-mode' | 'too-many-requests', afterMs: number) =>
    answers[at]!.reject(new RoomError(code, 'Not now', { afterMs }))
  return { clock, outbox, sent, store, refuse }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

it('sends nothing after a refusal before all that is under way was answered', async () => {
  const { clock, outbox, sent, store, refuse } = outboxOf(20)
  expect(sent).toEqual(numbers(0, 16))
  refuse(1, 'too-many-requests', 1)
  await clock.advance(1000)
  store(0)
  for (const at of numbers(2, 9)) refuse(at, 'busy', 1)
  await clock.advance(1000)
  // The hub has answered only the first ones: the next one would overtake the others.
  expect(sent).toHaveLength(16)
  for (const at of numbers(9, 16)) refuse(at, 'busy', 1)
  await clock.advance(1000)
  expect(sent.slice(16)).toEqual(numbers(1, 17))
  outbox.close()
})

it('sends an entry once, and refuses other bytes under its id', async () => {
  const { outbox, sent, store } = outboxOf(1)
  const id = new Uint8Array(16)
  const again = outbox.add(id, Uint8Array.of(0))
  await expect(outbox.add(id, Uint8Array.of(9))).rejects.toMatchObject({ code: 'conflict' })
  store(0)
  expect([(await again).sequence, sent]).toEqual([1, [0]])
})

it('sends again, in order, what slow mode refused', async () => {
  const { clock, outbox, sent, store, refuse } = outboxOf(3)
  store(0)
  refuse(1, 'slow-mode', 60_000)
  refuse(2, 'busy', 1)
  await clock.advance(59_000)
  expect(sent).toEqual([0, 1, 2])
  await clock.advance(2000)
  expect(sent).toEqual([0, 1, 2, 1, 2])
  outbox.close()
})
