import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../base/bytes.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { parseExtendedHandshake } from '../../wire/extensions/extended-handshake.ts'
import { encodeDontHave } from '../../wire/extensions/small-extensions.ts'
import { MessageWriter } from '../../wire/message-writer.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 20 })
})

describe('the first messages to a peer', () => {
  it('are have all, have none or a bitfield with the fast extension (BEP 6)', async () => {
    for (const [have, expected] of [
      ['all', 'haveAll'],
      [[], 'haveNone'],
      [[0, 9], 'bitfield 804000'],
    ] as const) {
      const bench = await TestSwarm.open(torrent, { have })
      const { remote } = await bench.connect({ features: { extended: false } })
      expect(remote.heard.events).toEqual([expected])
    }
  })

  it('are a bitfield or nothing without the fast extension', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const old = { features: { fast: false, extended: false } }
    expect((await bench.connect(old)).remote.heard.events).toEqual(['bitfield fffff0'])
    const empty = await TestSwarm.open(torrent)
    expect((await empty.connect(old)).remote.heard.events).toEqual([])
  })

  it('include the DHT port if the peer has a node too (BEP 5)', async () => {
    const bench = await TestSwarm.open(torrent, { context: { dhtPort: 4444 } })
    const { remote } = await bench.connect({ features: { dht: true } })
    expect(remote.has('port 4444')).toBe(true)
    remote.send(out => out.port(5555))
    await bench.pass(10)
    expect(bench.dhtNodes).toEqual(['80.0.1.2:5555'])
    remote.send(out => [1, 2, 3].map(port => out.port(port)))
    await bench.pass(10)
    expect(bench.dhtNodes).toEqual(['80.0.1.2:5555'])
  })
})

describe('interest', () => {
  it('depends on the pieces that the peer has and we want', async () => {
    const bench = await TestSwarm.open(torrent, { have: [0] })
    const { remote, peer } = await bench.connect()
    remote.extended()
    remote.send(out => out.bitfield(Uint8Array.of(0x80, 0, 0)))
    await bench.pass(10)
    expect(peer!.flags.amInterested).toBe(false)
    remote.send(out => out.have(5))
    await bench.pass(10)
    expect(remote.has('interested')).toBe(true)
    // BEP 54.
    remote.send(out => out.extended(3, encodeDontHave(5)))
    await bench.pass(10)
    expect(remote.has('notInterested')).toBe(true)
    expect(peer!.pieces.bits!.has(5)).toBe(false)
  })

  it('is computed once, however many pieces are lost and gained in one read', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.connect()
    remote.extended()
    remote.send(out => [out.haveNone(), out.have(5)])
    await bench.pass(10)
    let searches = 0
    const { sources } = bench.transfer.picker
    const isInteresting = sources.isInteresting.bind(sources)
    sources.isInteresting = source => {
      searches++
      return isInteresting(source)
    }
    const before = remote.heard.events.length
    remote.send(out => {
      for (let i = 0; i < 500; i++) {
        out.extended(3, encodeDontHave(5))
        out.have(5)
      }
      out.extended(3, encodeDontHave(5))
    })
    await bench.pass(10)
    expect(peer!.flags.amInterested).toBe(false)
    expect(remote.heard.events.slice(before)).toEqual(['notInterested'])
    expect(searches).toBeLessThan(10)
  })

  it('changes with a bitfield or have all that replaces many haves', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.connect()
    remote.send(out => out.haveNone())
    await bench.pass(10)
    expect(peer!.flags.amInterested).toBe(false)
    remote.send(out => out.bitfield(Uint8Array.of(0x80, 0, 0)))
    await bench.pass(10)
    expect(peer!.flags.amInterested).toBe(true)
    remote.send(out => out.haveAll())
    await bench.pass(10)
    expect(peer!.pieces.isSeed).toBe(true)
  })

  it('is determined later if the metadata is unknown', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const all = await bench.connect()
    all.remote.send(out => out.haveAll())
    const some = await bench.connect()
    some.remote.send(out => out.bitfield(Uint8Array.of(0xc0, 0, 0)))
    some.remote.send(out => out.have(19))
    const wrongSize = await bench.connect()
    wrongSize.remote.send(out => out.bitfield(Uint8Array.of(1, 2)))
    const wrongPiece = await bench.connect()
    wrongPiece.remote.send(out => out.have(20))
    await bench.pass(10)
    expect(bench.swarm.peers.size).toBe(4)
    bench.begin()
    await bench.pass(10)
    expect(bench.swarm.peers.size).toBe(2)
    expect(all.peer!.pieces.isSeed).toBe(true)
    expect(all.remote.has('interested')).toBe(true)
    expect([...some.peer!.pieces.bits!.bytes]).toEqual([0xc0, 0, 0x10])
  })

  it('announces the metadata and the pieces that a check found', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false, have: [3] })
    const { remote } = await bench.connect()
    bench.begin()
    await bench.pass(10)
    expect(remote.all('have')).toEqual(['3'])
    const handshakes = remote.all('extended').map(text => parseExtendedHandshake(fromHex(text.slice(2))!))
    expect(handshakes.map(({ metadataSize }) => metadataSize)).toEqual([
      undefined,
      torrent.metainfo.info.bytes.length,
    ])
  })
})

describe('a peer that breaks the rules is disconnected', () => {
  it.each([
    ['claims a piece out of range', (out: MessageWriter) => out.have(20)],
    ['sends a bitfield of the wrong size', (out: MessageWriter) => out.bitfield(new Uint8Array(4))],
    ['sets bits behind the last piece', (out: MessageWriter) => out.bitfield(Uint8Array.of(0, 0, 1))],
    ['sends a second bitfield', (out: MessageWriter) => [0, 0].map(() => out.bitfield(new Uint8Array(3)))],
    ['says have none after have all', (out: MessageWriter) => [out.haveAll(), out.haveNone()]],
    ['says have all twice', (out: MessageWriter) => [out.haveAll(), out.haveAll()]],
  ])('%s', async (_, say) => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.send(say)
    await bench.pass(10)
    expect(remote.closed).toBe(true)
    expect(bench.swarm.peers.size).toBe(0)
    expect(bench.log).toHaveLength(1)
  })

  it.each([
    ['have all', (out: MessageWriter) => out.haveAll()],
    ['have none', (out: MessageWriter) => out.haveNone()],
    ['reject', (out: MessageWriter) => out.reject(0, 0, BLOCK_BYTES)],
    ['suggest', (out: MessageWriter) => out.suggest(0)],
    ['allowed fast', (out: MessageWriter) => out.allowedFast(0)],
  ])('sends %s without having announced the fast extension (BEP 6)', async (_, say) => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect({ features: { fast: false } })
    remote.send(say)
    await bench.pass(10)
    expect(remote.closed).toBe(true)
  })

  it.each([
    ['of 4 GiB', [0xff, 0xff, 0xff, 0xff, 7]],
    ['with a block of 4 GiB', [0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['with a request that is too long', [0, 0, 0, 14, 6]],
  ])('announces a message %s', async (_, bytes) => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.connection.write(Uint8Array.from(bytes))
    await bench.pass(10)
    expect(remote.closed).toBe(true)
  })

  it('requests endlessly and reads nothing', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect()
    remote.connection.pause()
    const asked = new MessageWriter()
    for (let i = 0; i < 40_000; i++) asked.request(0, 1, 1)
    const bytes = asked.take()!
    for (let round = 0; round < 20 && bench.swarm.peers.size > 0; round++) {
      remote.connection.write(bytes)
      await bench.pass(100)
    }
    expect(bench.swarm.peers.size).toBe(0)
    expect(bench.log[0]).toContain('more than it reads')
  })
})

describe('silence', () => {
  it('is broken by keep-alives, and ends the connection if the peer is silent', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    await bench.pass(140_000)
    expect(remote.has('keepAlive')).toBe(true)
    expect(remote.closed).toBe(false)
    remote.send(out => out.keepAlive())
    await bench.pass(140_000)
    expect(remote.closed).toBe(false)
    await bench.pass(20_000)
    expect(remote.closed).toBe(true)
  })
})

describe('choking', () => {
  it('rejects the queued requests one by one (BEP 6)', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all', limits: { upload: 1 } })
    const { remote, peer } = await bench.connect()
    remote.send(out => {
      out.bitfield(Uint8Array.of(0xff, 0xff, 0))
      out.interested()
    })
    await bench.pass(1000)
    expect(remote.has('unchoke')).toBe(true)
    remote.send(out => [17, 18, 19].map(piece => out.request(piece, 0, BLOCK_BYTES)))
    await bench.pass(1000)
    peer!.choke()
    await bench.pass(1000)
    expect(remote.heard.events.slice(-4)).toEqual([
      'choke',
      ...[17, 18, 19].map(piece => `reject ${piece} 0 ${BLOCK_BYTES}`),
    ])
    remote.send(out => out.request(17, 0, BLOCK_BYTES))
    await bench.pass(1000)
    expect(remote.all('reject')).toHaveLength(4)
    expect(remote.blocks).toEqual([])
  })
})

describe('interest', () => {
  const flip = (remote: RemotePeer, times: number) =>
    remote.send(out => {
      for (let i = 0; i < times; i++) i % 2 === 0 ? out.interested() : out.notInterested()
    })

  it('may change a hundred times in ten seconds, and no more', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    for (let i = 0; i < 3; i++) {
      await bench.pass(10_001)
      flip(remote, 100)
    }
    await bench.pass(10)
    expect(remote.closed).toBe(false)
    flip(remote, 1)
    await bench.pass(10)
    expect(remote.closed).toBe(true)
    expect(bench.log.join()).toContain('it keeps changing its interest')
  })
})

describe('allowed fast (BEP 6)', () => {
  it('is granted to a peer without pieces, and served while choked, a limited number of times', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all', settings: { uploadSlots: 0 } })
    const { remote } = await bench.connect()
    remote.send(out => {
      out.haveNone()
      out.interested()
    })
    await bench.pass(10)
    const granted = remote.all('allowedFast').map(Number)
    expect(new Set(granted).size).toBe(10)
    const piece = granted[0]!
    for (let i = 0; i < 5; i++) {
      remote.send(out => [0, 1].map(block => out.request(piece, block * BLOCK_BYTES, BLOCK_BYTES)))
      await bench.pass(10)
    }
    expect(remote.has('unchoke')).toBe(false)
    // Twice the piece, and no more.
    expect(remote.blocks).toHaveLength(4)
    expect(remote.all('reject')).toHaveLength(6)
    expect(remote.blocks[0]).toBe(
      hex(torrent.content.subarray(piece * 2 * BLOCK_BYTES, piece * 2 * BLOCK_BYTES + BLOCK_BYTES)),
    )
    const other = [...Array(20).keys()].find(index => !granted.includes(index))!
    remote.send(out => out.request(other, 0, BLOCK_BYTES))
    await bench.pass(10)
    expect(remote.all('reject')).toHaveLength(7)
  })

  it('is granted to two peers at a time, and not to peers that can trade', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all', settings: { uploadSlots: 0 } })
    const rich = await bench.connect()
    rich.remote.send(out => out.bitfield(Uint8Array.of(0xff, 0xc0, 0)))
    const granted: number[] = []
    for (let i = 0; i < 3; i++) {
      const { remote } = await bench.connect()
      remote.send(out => out.haveNone())
      await bench.pass(10)
      granted.push(remote.all('allowedFast').length)
    }
    expect(granted).toEqual([10, 10, 0])
    expect(rich.remote.all('allowedFast')).toEqual([])
  })

  it('is used until the peer withdraws it', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.serves = { content: torrent.content, pieceLengthBytes: torrent.layout.pieceLengthBytes }
    remote.answers = piece => {
      if (piece === 4) return true
      remote.send(out => [0, 1].map(block => out.reject(piece, block * BLOCK_BYTES, BLOCK_BYTES)))
      return false
    }
    remote.send(out => {
      out.haveAll()
      out.allowedFast(4)
      out.allowedFast(11)
      out.allowedFast(999)
    })
    await bench.pass(20_000)
    expect(bench.pieces).toEqual([4])
    expect(new Set(remote.requests.map(([piece]) => piece))).toEqual(new Set([4, 11]))
    expect(remote.requests.length).toBeLessThan(8)
  })
})
