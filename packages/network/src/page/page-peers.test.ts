import type { Connection, PeerAddress } from '@shoal/torrent'
import { seededRandom } from '@shoal/torrent/base'
import { MemoryRtc, VirtualClock } from '@shoal/torrent/testing'
import { afterEach, expect, test } from 'vitest'
import type { PageHostNews, PageHostOrder } from './messages.ts'
import { PagePeers } from './page-peers.ts'

const clock = new VirtualClock()
const rtc = new MemoryRtc(clock)
const STUN = ['stun:192.0.2.1:6881']
const HASHES = { v1: new Uint8Array(20).fill(7) }
const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** A worker's end, and the requests that reach its page. */
function open(host: string) {
  const connections: Connection[] = []
  const found: PeerAddress[] = []
  const orders: PageHostOrder[] = []
  let page: MessagePort | undefined
  const peers = new PagePeers({
    ...{ clock, random: seededRandom(host.length) },
    openRtc: async () => rtc.host(host),
    config: () => ({ iceServers: [] }),
    lend(port) {
      page = port
      ports.push(port)
      port.onmessage = ({ data }) => orders.push(data)
      tell({ kind: 'open' })
    },
    onConnection: connection => connections.push(connection),
    onFound: (_, peers) => found.push(...peers),
  })
  const tell = (news: PageHostNews) => page!.postMessage(news)
  const order = async <Kind extends PageHostOrder['kind']>(kind: Kind) => {
    const of = () => orders.find((each): each is PageHostOrder & { kind: Kind } => each.kind === kind)
    await expect.poll(of).toBeDefined()
    return of()!
  }
  return { peers, connections, found, orders, tell, order }
}

const never = { signal: new AbortController().signal }

test('pages carry offer and answer, and name the STUN servers that they know', async () => {
  const [one, two] = [open('10.0.0.1'), open('10.0.0.22')]
  // The second has a host since it dialed a node that declined.
  const declined = two.peers.dial({ host: 'a node', port: 0, kind: 'libp2p' }, never)
  const { call } = await two.order('carry')
  two.tell({ kind: 'carried', call, sdp: '' })
  await expect(declined).rejects.toMatchObject({ code: 'refused' })
  const dialed = one.peers.dial({ host: 'two', port: 0, kind: 'libp2p' }, never)
  const carry = await one.order('carry')
  expect(carry.peer).toBe('two')
  two.tell({ kind: 'offered', call: 5, peer: new Uint8Array(34), sdp: carry.sdp, stun: STUN })
  const answer = await two.order('answer')
  expect(answer.call).toBe(5)
  one.tell({ kind: 'carried', call: carry.call, sdp: answer.sdp })
  await expect.poll(() => clock.advance(100).then(() => two.connections.length)).toBe(1)
  expect((await dialed).incoming).toBe(false)
  expect(rtc.configs.at(-1)).toEqual({ iceServers: [{ urls: STUN[0] }] })
})

test('a second offer is made if nothing comes of the first', async () => {
  const [one, two] = [open('10.0.0.1'), open('10.0.0.22')]
  const declined = two.peers.dial({ host: 'a node', port: 0, kind: 'libp2p' }, never)
  two.tell({ kind: 'failed', call: (await two.order('carry')).call, message: 'nobody there' })
  await expect(declined).rejects.toMatchObject({ code: 'unreachable' })
  const dialed = one.peers.dial({ host: 'two', port: 0, kind: 'libp2p' }, never)
  const lost = await one.order('carry')
  one.orders.splice(0)
  await clock.advance(5000)
  const carry = await one.order('carry')
  expect(carry.sdp).not.toBe(lost.sdp)
  two.tell({ kind: 'offered', call: 5, peer: new Uint8Array(34), sdp: carry.sdp, stun: STUN })
  one.tell({ kind: 'carried', call: carry.call, sdp: (await two.order('answer')).sdp })
  await expect.poll(() => clock.advance(100).then(() => two.connections.length)).toBe(1)
  expect((await dialed).incoming).toBe(false)
  // The first offer is given up.
  one.tell({ kind: 'carried', call: lost.call, sdp: '' })
  await clock.advance(60_000)
  expect(one.orders.filter(({ kind }) => kind === 'carry')).toEqual([carry])
})

test('torrents are sent when there is a host, and those who have them are found', async () => {
  const { peers, found, tell, order, orders } = open('10.0.0.1')
  const torrents = [{ infoHashes: HASHES, keys: [new Uint8Array(34)], seeks: true, provides: false }]
  peers.follow(torrents)
  expect(orders).toEqual([])
  const dialed = peers.dial({ host: 'a node', port: 0, kind: 'libp2p' }, never)
  expect(await order('torrents')).toMatchObject({ torrents })
  const { call } = await order('carry')
  tell({ kind: 'found', infoHashes: HASHES, peers: ['one', 'two'], stun: [] })
  tell({ kind: 'failed', call, message: 'nobody there' })
  await expect(dialed).rejects.toMatchObject({ code: 'unreachable', message: 'nobody there' })
  expect(found).toEqual(['one', 'two'].map(host => ({ host, port: 0, kind: 'libp2p' })))
})
