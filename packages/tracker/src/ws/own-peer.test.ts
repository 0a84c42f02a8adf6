import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { Tracker } from '../tracker.ts'
import { type OwnPeer, WebSocketFront } from './web-socket-front.ts'

const HASH = 'h\xff\0abcdefghijklmnop!'
const OTHER_HASH = 'another hash, of 20.'
const peer = (name: string) => `-WW0000-${name.padEnd(12, '.')}`

/** A peer with one torrent that echoes each offer as its answer. */
const own: OwnPeer = {
  peerId: peer('own'),
  wants: (hash, peerId, isSeed) => hash === HASH && peerId !== peer('known') && !isSeed,
  answer: async (_hash, { sdp }) => (sdp === 'offer 1' ? `answer to ${sdp}` : null),
}

async function open() {
  const tracker = new Tracker()
  const front = new WebSocketFront(tracker, { ownPeer: own, stunPort: () => 3478 })
  const server = createServer()
  server.on('upgrade', (request, socket, head) =>
    front.upgrade(request, socket, head, request.url!.split('=')[1]!),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/announce`
  const pages: WebSocket[] = []
  return {
    /**
     * Connects a page that announces with this many offers. Resolves to the messages it receives
     * from then on.
     */
    async page(
      name: string,
      hash: string,
      offers: number,
      rest: Record<string, unknown> = {},
      from = '127.0.0.1',
    ) {
      const socket = new WebSocket(`${url}?from=${from}`)
      pages.push(socket)
      const received: Record<string, unknown>[] = []
      socket.onmessage = ({ data }) => received.push(JSON.parse(data))
      await vi.waitFor(() => expect(socket.readyState).toBe(WebSocket.OPEN))
      const made = Array.from({ length: offers }, (_, at) => ({
        offer_id: `${name} ${at + 1}`,
        offer: { type: 'offer', sdp: `offer ${at + 1}` },
      }))
      const message = { action: 'announce', info_hash: hash, peer_id: peer(name), left: 1, offers: made }
      socket.send(JSON.stringify({ ...message, ...rest }))
      await vi.waitFor(() => expect(received.find(({ interval }) => interval)).toBeDefined())
      return received
    },
    async [Symbol.asyncDispose]() {
      for (const socket of pages) socket.close()
      await front.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await tracker.close()
    },
  }
}

test('only pages in the internet learn of the STUN server', async () => {
  await using tracker = await open()
  const stunPort = async (name: string, from: string) =>
    of(await tracker.page(name, HASH, 0, {}, from), 'interval')[0]!['stun port']
  expect(await stunPort('outside', '203.0.113.5')).toBe(3478)
  expect(await stunPort('near', '192.168.1.5')).toBeUndefined()
  expect(await stunPort('here', '127.0.0.1')).toBeUndefined()
})

const of = (received: Record<string, unknown>[], member: string) => received.filter(each => member in each)

test('the own peer answers the first offer of a page, and other peers get the rest', async () => {
  await using tracker = await open()
  const first = await tracker.page('first', HASH, 0)
  const second = await tracker.page('second', HASH, 2)
  await vi.waitFor(() => expect(of(second, 'answer')).toHaveLength(1))
  expect(of(second, 'answer')[0]).toMatchObject({
    ...{ action: 'announce', info_hash: HASH, peer_id: own.peerId, offer_id: 'second 1' },
    answer: { type: 'answer', sdp: 'answer to offer 1' },
  })
  await vi.waitFor(() => expect(of(first, 'offer')).toHaveLength(1))
  expect(of(first, 'offer')[0]).toMatchObject({ offer_id: 'second 2', peer_id: peer('second') })
})

test.each([
  ['that has met it already', 'known', HASH, {}],
  ['of a torrent that it has not', 'third', OTHER_HASH, {}],
  ['that seeds, as it does itself,', 'fourth', HASH, { left: 0 }],
])('a page %s offers only to other peers', async (_what, name, hash, rest) => {
  await using tracker = await open()
  const waiting = await tracker.page('waits', hash, 0)
  await tracker.page(name, hash, 1, rest)
  await vi.waitFor(() => expect(of(waiting, 'offer')).toHaveLength(1))
})

test('the offers of a page that leaves are dropped', async () => {
  await using tracker = await open()
  const waiting = await tracker.page('waits', HASH, 0)
  const leaving = await tracker.page('leaves', HASH, 2, { event: 'stopped' })
  const later = await tracker.page('later', HASH, 2)
  await vi.waitFor(() => expect(of(waiting, 'offer')).toHaveLength(1))
  await vi.waitFor(() => expect(of(later, 'answer')).toHaveLength(1))
  expect(of(waiting, 'offer')[0]).toMatchObject({ peer_id: peer('later') })
  expect(of(leaving, 'answer')).toEqual([])
})
