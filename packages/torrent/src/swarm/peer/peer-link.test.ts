import { beforeAll, expect, it } from 'vitest'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

it('sends keep-alives within two minutes, and closes after silence (BEP 3)', async () => {
  const bench = await TestSwarm.open(torrent)
  const { remote, peer } = await bench.connect()
  await bench.pass(90_000)
  const before = remote.heard.events.length
  await bench.pass(15_000)
  expect(remote.heard.events.slice(before)).toEqual(['keepAlive'])
  remote.send(out => out.keepAlive())
  await bench.pass(140_000)
  expect(peer!.link.isClosed).toBe(false)
  await bench.pass(15_000)
  expect(peer!.link.isClosed).toBe(true)
  expect(bench.log.join()).toContain('it said nothing')
})

it('sends all messages of one turn in one write, in order with raw bytes', async () => {
  const bench = await TestSwarm.open(torrent)
  const { remote, peer } = await bench.connect()
  const { link } = peer!
  const writes: number[] = []
  const write = link.connection.write.bind(link.connection)
  link.connection.write = (bytes, onSent) => {
    writes.push(bytes.length)
    write(bytes, onSent)
  }
  const before = remote.heard.events.length
  link.out.have(1)
  link.out.have(2)
  link.writeRaw(Uint8Array.of(0, 0, 0, 0))
  link.out.have(3)
  await bench.pass(10)
  expect(remote.heard.events.slice(before)).toEqual(['have 1', 'have 2', 'keepAlive', 'have 3'])
  expect(writes).toEqual([18, 4, 9])
})

it('delivers nothing after it was closed, not even the rest of a read', async () => {
  const bench = await TestSwarm.open(torrent)
  const { remote, peer } = await bench.connect()
  remote.send(out => [out.have(999), out.interested()])
  await bench.pass(10)
  expect(peer!.link.isClosed).toBe(true)
  expect(peer!.flags.peerInterested).toBe(false)
  expect(bench.log).toHaveLength(1)
})
