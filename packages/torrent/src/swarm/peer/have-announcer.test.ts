import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { HaveAnnouncer } from './have-announcer.ts'
import type { Peer } from './peer.ts'

function announcerWith(peerCount: number) {
  const clock = new VirtualClock()
  const have = Bitfield.full(100)
  /** The announcements that the first peer receives, one entry per round. */
  const rounds: (readonly number[])[] = []
  const peers = new Map<number, Peer>()
  for (let id = 0; id < peerCount; id++) {
    const sendHaves = (pieces: readonly number[]) => id === 0 && rounds.push(pieces)
    peers.set(id, { sendHaves } as unknown as Peer)
  }
  return { clock, have, rounds, announcer: new HaveAnnouncer({ clock, peers, have: () => have }) }
}

test('with few peers, pieces are announced as they arrive', () => {
  const { rounds, announcer } = announcerWith(50)
  for (const piece of [3, 1, 2]) announcer.add(piece)
  expect(rounds).toEqual([[3], [1], [2]])
})

test('with 500 peers, pieces are announced together, about ten times a second', async () => {
  const { clock, rounds, announcer } = announcerWith(500)
  for (let piece = 0; piece < 50; piece++) {
    announcer.add(piece)
    await clock.advance(10)
  }
  await clock.advance(100)
  expect(rounds.length).toBeLessThanOrEqual(7)
  expect(rounds[0]).toEqual([0])
  expect(rounds.flat()).toEqual(Array.from({ length: 50 }, (_, piece) => piece))
})

test('pieces that were lost while they waited are not announced', async () => {
  const { clock, have, rounds, announcer } = announcerWith(500)
  for (const piece of [1, 2, 3]) announcer.add(piece)
  have.clear(2)
  await clock.advance(100)
  expect(rounds).toEqual([[1], [3]])
})

test('flush announces at once what waits, stop never', async () => {
  const { clock, rounds, announcer } = announcerWith(500)
  for (const piece of [1, 2]) announcer.add(piece)
  announcer.flush()
  expect(rounds).toEqual([[1], [2]])
  announcer.add(3)
  announcer.stop()
  await clock.advance(1000)
  expect(rounds).toEqual([[1], [2]])
})
