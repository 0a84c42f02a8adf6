import { expect, test, vi } from 'vitest'
import { ShoalError } from '../base/errors.ts'
import { Introductions } from './introductions.browser.ts'
import type { IntroductionsOptions } from './introductions.ts'
import type { Peer } from './peer/peer.ts'
import type { Recognizer } from './recognition/recognizer.ts'

const SH_PEER = 6
const peerOf = (id: number) =>
  ({ id, extensions: { supports: () => true }, close: vi.fn() }) as unknown as Peer

/** The introductions of a page, with a recognizer that loads when the test decides. */
function open() {
  const now = { ms: 0 }
  const loaded = Promise.withResolvers<{ recognizePeers: () => Recognizer }>()
  const load = vi.fn(() => loaded.promise)
  const peers = new Map([1, 2].map(id => [id, peerOf(id)]))
  const clock = { nowMs: () => now.ms }
  const options = {
    swarm: { context: { recognition: load, clock } },
    peers,
  } as unknown as IntroductionsOptions
  const introductions = new Introductions(options)
  const recognizer = { tick: vi.fn(), received: vi.fn() }
  const arrive = async () => {
    loaded.resolve({ recognizePeers: () => recognizer as unknown as Recognizer })
    await loaded.promise
    await Promise.resolve()
  }
  return { now, introductions, load, peers, recognizer, arrive }
}

test('the recognizer is loaded once, and gets the first message of each peer that is still there', async () => {
  const { introductions, load, peers, recognizer, arrive } = open()
  const [one, two] = peers.values() as unknown as [Peer, Peer]
  introductions.received(one, SH_PEER, Uint8Array.of(1))
  introductions.received(one, SH_PEER, Uint8Array.of(2))
  introductions.received(two, SH_PEER, Uint8Array.of(3))
  introductions.tick(1000)
  peers.delete(two.id)
  await arrive()
  expect(load).toHaveBeenCalledTimes(1)
  expect(recognizer.received.mock.calls).toEqual([[one, Uint8Array.of(1)]])
  introductions.received(one, SH_PEER, Uint8Array.of(4))
  introductions.tick(2000)
  expect(recognizer.received).toHaveBeenLastCalledWith(one, Uint8Array.of(4))
  expect(recognizer.tick.mock.calls).toEqual([[2000]])
})

test('the recognizer is loaded later if the network is lost', async () => {
  const { now, introductions, load, arrive, recognizer } = open()
  load.mockRejectedValueOnce(new Error('Failed to fetch'))
  introductions.tick(0)
  await vi.waitFor(() => {
    now.ms += 1000
    introductions.tick(now.ms)
    expect(load).toHaveBeenCalledTimes(2)
  })
  expect(now.ms).toBeGreaterThanOrEqual(5000)
  await arrive()
  introductions.tick(now.ms)
  expect(recognizer.tick).toHaveBeenCalledTimes(1)
})

test('a peer whose held message breaks the protocol is closed', async () => {
  const { introductions, peers, recognizer, arrive } = open()
  const [one, two] = peers.values() as unknown as [Peer, Peer]
  const error = new ShoalError('bad-message', 'it sent a message of sh_peer at the wrong time')
  recognizer.received.mockImplementationOnce(() => {
    throw error
  })
  introductions.received(one, SH_PEER, new Uint8Array(100_000))
  introductions.received(two, SH_PEER, Uint8Array.of(3))
  await arrive()
  expect(one.close).toHaveBeenCalledWith(error)
  expect(recognizer.received.mock.calls.map(([, payload]) => payload.length)).toEqual([4096, 1])
})

test('the recognizer gets events from the time when it is there', async () => {
  const { introductions, recognizer, arrive } = open()
  introductions.tick(1000)
  expect(introductions.recognizer).toBeNull()
  await arrive()
  expect(introductions.recognizer).toBe(recognizer)
})
