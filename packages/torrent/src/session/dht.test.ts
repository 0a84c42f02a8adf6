import { readdir } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { openDatagram } from '#datagram'
import { systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { DhtNode } from '../discovery/dht/dht.ts'
import { ItemOwner } from '../discovery/dht/test-item-owner.ts'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'

/** Nodes of others on loopback, closed at the end of a test's block. */
class Others implements AsyncDisposable {
  readonly nodes: DhtNode[] = []

  async add(): Promise<DhtNode> {
    const first = this.nodes[0]
    const node = new DhtNode({
      socket: await openDatagram({ family: 4, port: 0, host: '127.0.0.1' }),
      clock: systemClock,
      random: seededRandom(this.nodes.length + 1),
      bootstrap: first ? [{ host: '127.0.0.1', port: first.port }] : [],
    })
    this.nodes.push(node)
    return node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(node => node.close()))
  }
}

const knows = (session: Session) =>
  session.torrents[0]!.discovery().some(({ kind, message }) => kind === 'dht' && /^[1-9]/.test(message ?? ''))

test('the next session restores the nodes of the DHT', async () => {
  await using others = new Others()
  await using loop = await Loopback.make()
  const first = await others.add()
  const stateDirectory = loop.path('state')
  const session = await loop.open({ dht: true, dhtNodes: [`127.0.0.1:${first.port}`], stateDirectory })
  await session.add('a'.repeat(40))
  await until('it knows a node', () => knows(session))
  await session.close()
  expect(await readdir(stateDirectory)).toContain('dht.note')
  // No peer reports a node to it now.
  const next = await loop.open({ dht: true, dhtNodes: [], stateDirectory })
  await until('it knows the node again', () => knows(next))
})

test('a session puts items into the DHT and gets them, and explains why it cannot', async () => {
  await using others = new Others()
  await using loop = await Loopback.make()
  const { port } = await others.add()
  const dhtNodes = [`127.0.0.1:${port}`]
  const session = await loop.open({ dht: true, dhtNodes, directory: loop.path('one') })
  const other = await loop.open({ dht: true, dhtNodes, directory: loop.path('two') })
  const item = new ItemOwner().item(1, { ih: new Uint8Array(20) })
  // They reject it until a node has answered.
  expect(await until('the item is stored', () => session.putItem(item))).toBeGreaterThan(0)
  await until('the other session finds it', () => other.getItem(item))
  expect(await other.getItem(item)).toEqual(item)
  expect(await other.getItem({ target: new Uint8Array(20) })).toBeNull()
  await other.configure({ dht: false })
  await expect(other.getItem(item)).rejects.toMatchObject({ code: 'unsupported' })
  await other.close()
  await expect(other.putItem(item)).rejects.toMatchObject({ code: 'closed' })
})

test('a session with an invalid address of a DHT node is rejected', async () => {
  await using loop = await Loopback.make()
  const opened = loop.open({ dht: true, dhtNodes: ['nowhere'] })
  await expect(opened).rejects.toMatchObject({ code: 'bad-argument' })
})

test('a running session joins the DHT through other nodes, and through the well-known ones again', async () => {
  await using others = new Others()
  await using loop = await Loopback.make()
  const [one, two] = [await others.add(), await others.add()]
  const asked: string[] = []
  const session = await loop.open(
    { dht: true, dhtNodes: [] },
    {
      resolveHost: async host => {
        asked.push(host)
        return host === 'one.example' || host === 'two.example' ? [{ host: '127.0.0.1', family: 4 }] : []
      },
    },
  )
  await session.add('a'.repeat(40))
  await session.configure({ dhtNodes: [`one.example:${one.port}`, `two.example:${two.port}`] })
  await until('it knows both', () => session.stats.dhtNodes === 2)
  expect([...new Set(asked)].sort()).toEqual(['one.example', 'two.example'])
  await until('its torrent found them', () => knows(session))
  await expect(session.configure({ dhtNodes: ['nowhere'] })).rejects.toMatchObject({ code: 'bad-argument' })
  await session.configure({ dht: false, dhtNodes: null })
  expect(session.stats.dhtNodes).toBeNull()
  asked.length = 0
  await session.configure({ dht: true })
  await until('it asks for well-known nodes', () => asked.includes('router.bittorrent.com'))
})

test('the nodes of a .torrent join the DHT', async () => {
  await using others = new Others()
  await using loop = await Loopback.make()
  const first = await others.add()
  const nodes = [{ host: '127.0.0.1', port: first.port }]
  const metainfo = await loop.torrent('content', { 'a.bin': 100_000 })
  const session = await loop.open({ dht: true, dhtNodes: [], directory: loop.path('down') })
  await session.add({ ...metainfo, nodes })
  await until('it knows the node', () => knows(session))
})

test('sessions with nothing else in common meet in the DHT', async () => {
  await using others = new Others()
  await using loop = await Loopback.make()
  const { port } = await others.add()
  const dhtNodes = [`127.0.0.1:${port}`]
  const one = await loop.open({ dht: true, dhtNodes, directory: loop.path('one') })
  const two = await loop.open({ dht: true, dhtNodes, directory: loop.path('two') })
  const topic = new Uint8Array(20).fill(7)
  const ignore = { onPeers() {} }
  // Rejects until it has joined the DHT.
  const taken = () => one.meetInDht(topic, { port: 4711, ...ignore }).catch(() => 0)
  await expect.poll(taken, { timeout: limitMs(30) }).toBeGreaterThan(0)
  const looked = () => two.meetInDht(topic, { port: 0, ...ignore }).catch(() => -1)
  await expect.poll(looked, { timeout: limitMs(30) }).toBe(0)
  const found: string[] = []
  const onPeers = (peers: readonly { host: string; port: number }[]) =>
    found.push(...peers.map(peer => `${peer.host}:${peer.port}`))
  // Port 0 is not announced.
  expect(await two.meetInDht(topic, { port: 0, onPeers })).toBe(0)
  expect(new Set(found)).toEqual(new Set(['127.0.0.1:4711']))
  await one.configure({ dht: false })
  await expect(one.meetInDht(topic, { port: 1, onPeers })).rejects.toMatchObject({ code: 'unsupported' })
})
