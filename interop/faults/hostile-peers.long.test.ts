/** Hostile peers do not disrupt the download from a good peer. */
import { readFileSync } from 'node:fs'
import { until } from '@shoal/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TcpTransport } from '../../packages/torrent/src/transport/tcp-transport.node.ts'
import { PIECE_BYTES, Victim } from './attack.ts'
import { type HostilePeer, rawConnection } from './hostile-peer.ts'

const BLOCK_BYTES = 16384
/**
 * Memory limit of the process during one attack, including the attackers and the good peer, which
 * run in the same process.
 */
const MAX_MEMORY_BYTES = 150 * 1024 * 1024

function block(victim: Victim, piece: number, begin: number, length: number): Uint8Array {
  content ??= readFileSync(victim.file.path)
  return content.subarray(piece * PIECE_BYTES + begin, piece * PIECE_BYTES + begin + length)
}
let content: Buffer | undefined

describe('a peer that sends wrong bytes', () => {
  test('is banned, and its address is then rejected', async () => {
    const victim = await Victim.start()
    const liar: HostilePeer = await victim.attack({
      on: {
        onRequest: (piece, begin, length) => liar.sendBlock(piece, begin, new Uint8Array(length)),
      },
    })
    liar.offerAll()
    await victim.waitForLog(/^127\.0\.0\.66.* banned/)
    await until('it is disconnected', () => liar.closed)
    await victim.finish()
    const again = await victim.attack()
    await until('it is rejected', () => again.closed)
  })

  test('is banned alone if good peers contributed to the piece', async () => {
    const victim = await Victim.start()
    // Sends half of each piece with wrong bytes, then chokes, so that the rest is requested from
    // the good peer.
    let blocks = 0
    const liar: HostilePeer = await victim.attack({
      fast: false,
      on: {
        onInterested: () => liar.out.unchoke(),
        onRequest(piece, begin, length) {
          if (begin >= 2 * BLOCK_BYTES) return
          const bytes = Uint8Array.from(block(victim, piece, begin, length))
          if (begin === 0) bytes[5]! ^= 1
          liar.sendBlock(piece, begin, bytes)
          if (++blocks === 4) liar.out.choke()
        },
      },
    })
    liar.out.bitfield(new Uint8Array(8).fill(255))
    liar.flush()
    await until('it has sent its share', () => blocks >= 4)
    await victim.finish()
    await victim.waitForLog(/^127\.0\.0\.66 sent wrong bytes and is banned/)
  })
})

describe('a peer that stalls', () => {
  test('after unchoking us loses its requests to other peers', async () => {
    const victim = await Victim.start()
    const staller = (await victim.attack()).offerAll()
    await until('it receives a request', () => staller.requests > 0)
    await victim.finish()
  })

  test('in the middle of a block delays only that block', async () => {
    const victim = await Victim.start()
    const staller: HostilePeer = await victim.attack({
      on: {
        onRequest(piece, begin, length) {
          if (staller.requests > 1) return
          staller.out.blockHeader(piece, begin, length)
          staller.flush()
          staller.socket.write(block(victim, piece, begin, length).subarray(0, 5000))
        },
      },
    })
    staller.offerAll()
    await until('it receives a request', () => staller.requests > 0)
    await victim.finish()
    expect(victim.torrent.stats.wastedBytes).toBeLessThan(2 * 1024 * 1024)
  })

  test('by sending a byte at a time delays only that block', async () => {
    const victim = await Victim.start()
    let isSending = false
    const slow: HostilePeer = await victim.attack({
      on: {
        onRequest(piece, begin, length) {
          if (isSending) return
          isSending = true
          slow.out.blockHeader(piece, begin, length)
          const timer = setInterval(() => slow.socket.write(Uint8Array.of(1)), 200)
          slow.socket.once('close', () => clearInterval(timer))
        },
      },
    })
    slow.offerAll()
    await until('it sends', () => isSending)
    await victim.finish()
  })
})

describe('a peer that lies about pieces', () => {
  test('and rejects every request does not stop the download', async () => {
    const victim = await Victim.start()
    const liar: HostilePeer = await victim.attack({
      on: { onRequest: (piece, begin, length) => liar.out.reject(piece, begin, length) },
    })
    liar.offerAll()
    await until('it receives a request', () => liar.requests > 0)
    await victim.finish()
    // The same request was not repeated endlessly, as fast as the peer rejects it.
    expect(liar.requests).toBeLessThan(20_000)
  })

  test('that do not exist is disconnected', async () => {
    const victim = await Victim.start()
    for (const announce of [
      (peer: HostilePeer) => peer.out.have(0xffffffff),
      (peer: HostilePeer) => peer.out.have(64),
      (peer: HostilePeer) => peer.out.bitfield(new Uint8Array(9)),
      (peer: HostilePeer) => peer.out.bitfield(new Uint8Array(1 << 20).fill(255)),
    ]) {
      const liar = await victim.attack()
      announce(liar)
      liar.flush()
      await until('it is disconnected', () => liar.closed)
    }
    const hinting = await victim.attack()
    for (let i = 0; i < 1000; i++) {
      hinting.out.suggest(0xffffffff - i)
      hinting.out.allowedFast(0xffffffff - i)
      hinting.out.reject(0xffffffff - i, 3, 7)
    }
    hinting.offerAll()
    await victim.finish()
  })

  test('that cannot exist, before the metadata is known, is disconnected', async () => {
    const victim = await Victim.start({ magnet: true })
    const liar = await victim.attack()
    for (let i = 0; i < 200_000; i++) liar.out.have(0xffffffff - i)
    liar.flush()
    const oversized = await victim.attack()
    oversized.out.bitfield(new Uint8Array(1 << 20).fill(255))
    oversized.flush()
    await victim.finish()
    await until('both are disconnected', () => liar.closed && oversized.closed)
  })
})

describe('a peer that floods', () => {
  const message = (write: (peer: HostilePeer['out']) => void, peer: HostilePeer): Uint8Array => {
    write(peer.out)
    return peer.out.take()!.slice()
  }
  const floods: [string, (out: HostilePeer['out']) => void, number][] = [
    ['keep-alives', out => out.keepAlive(), 5_000_000],
    ['requests while choked', out => out.request(0, 0, BLOCK_BYTES), 3_000_000],
    ['cancels', out => out.cancel(0, 0, BLOCK_BYTES), 1_000_000],
    ['haves', out => out.have(3), 2_000_000],
    ['interest', out => out.interested(), 300_000],
    ['chokes', out => out.choke(), 300_000],
    ['suggestions', out => out.suggest(3), 2_000_000],
    [
      'extended handshakes',
      out => out.extended(0, new TextEncoder().encode('d1:pi6881e4:reqqi1ee')),
      200_000,
    ],
    ['unknown extensions', out => out.extended(99, new Uint8Array(60_000)), 3000],
    [
      'metadata requests',
      out => out.extended(1, new TextEncoder().encode('d8:msg_typei0e5:piecei0ee')),
      300_000,
    ],
    [
      'hash requests',
      out =>
        out.hashRequest({
          piecesRoot: new Uint8Array(32),
          baseLayer: 0,
          index: 0,
          length: 512,
          proofLayers: 3,
        }),
      300_000,
    ],
  ]
  test.each(floods)('with %s and reads nothing does not delay the download', async (_, write, times) => {
    const victim = await Victim.start()
    const before = process.memoryUsage().rss
    const flooder = await victim.attack()
    flooder.socket.pause()
    await flooder.flood(message(write, flooder), times)
    await victim.finish()
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_MEMORY_BYTES)
  })

  test('with unrequested blocks is disconnected', async () => {
    const victim = await Victim.start()
    const flooder = await victim.attack()
    flooder.out.blockHeader(0, 0, BLOCK_BYTES)
    const message = Buffer.concat([flooder.out.take()!, new Uint8Array(BLOCK_BYTES)])
    await flooder.flood(message, 2000)
    await until('it is disconnected', () => flooder.closed)
    await victim.finish()
  })

  test('with addresses of nonexistent peers leaves room for real ones', async () => {
    const victim = await Victim.start({ magnet: true })
    for (let flooder = 0; flooder < 12; flooder++) {
      const peer = await victim.attack({ from: `127.0.0.${70 + flooder}` })
      const added = Uint8Array.from({ length: 6 * 200 }, (_, i) =>
        i % 6 === 0 ? 240 : (i * 7 + flooder) & 255,
      )
      peer.sendExtended({ m: { ut_pex: 1 } })
      for (let i = 0; i < 5; i++) {
        peer.out.extended(2, pex(added))
      }
      peer.flush()
    }
    await victim.finish()
  })

  function pex(added: Uint8Array): Uint8Array {
    return Buffer.concat([Buffer.from(`d5:added${added.length}:`), added, Buffer.from('e')])
  }
})

describe('a message of 4 GB', () => {
  test.each([0xffffffff, 0x80000000, 0x7fffffff])(
    '(%i bytes) ends the connection immediately',
    async length => {
      const victim = await Victim.start()
      for (const id of [7, 5, 20, 99, 23]) {
        const peer = await victim.attack()
        const head = Buffer.alloc(5)
        head.writeUInt32BE(length)
        head[4] = id
        peer.socket.write(head)
        await until('it is disconnected', () => peer.closed)
      }
      await victim.finish()
    },
  )
})

describe('connections that never become peers', () => {
  test('five hundred of them leave room for a good connection', async () => {
    const victim = await Victim.start()
    const { port } = victim.session
    for (let i = 0; i < 500; i++) {
      const socket = await rawConnection(port, `127.0.1.${1 + (i % 5)}`)
      onTestFinished(() => {
        socket.destroy()
      })
      if (i % 3 === 1) socket.write('\x13BitTorrent prot')
      if (i % 3 === 2) socket.write(Buffer.alloc(i, 7))
    }
    // The good peer connects to us; we dial nothing.
    const peer = await victim.attack({ from: '127.0.0.9' })
    expect(peer.closed).toBe(false)
    await victim.finish()
  })

  test('are limited per public address, so that others can connect', async () => {
    // Treats these addresses of this machine as remote.
    const transport = new TcpTransport()
    const listen = transport.listen.bind(transport)
    transport.listen = (options, onConnection) =>
      listen(options, connection => {
        const host = connection.remote.host.replace(/^127\.0\.0\./, '203.0.113.')
        Object.defineProperty(connection, 'remote', { value: { ...connection.remote, host } })
        onConnection(connection)
      })
    const victim = await Victim.start({ environment: { transports: [transport] } })
    const many: HostilePeer[] = []
    for (let i = 0; i < 12; i++) many.push(await victim.attack())
    await until('the rest is rejected', () => many.filter(({ closed }) => closed).length >= 9)
    const other = await victim.attack({ from: '127.0.0.67' })
    other.offerAll()
    await until('the other one receives a request', () => other.requests > 0)
    expect(many.filter(({ closed }) => !closed).length).toBe(3)
    await victim.finish()
  })

  test('with random bytes or handshakes for unknown torrents are closed', async () => {
    const victim = await Victim.start()
    const { port } = victim.session
    for (let i = 0; i < 30; i++) {
      const socket = await rawConnection(port, '127.0.0.66')
      socket.write(Buffer.from(crypto.getRandomValues(new Uint8Array(1 + i * 150))))
      if (i * 150 < 700) socket.end()
      await until('it ends', () => socket.destroyed)
    }
    await expect(victim.attack({ infoHash: new Uint8Array(20) })).rejects.toThrow('closed the connection')
    await victim.finish()
  })

  test('with endless padding in an encrypted handshake are closed', async () => {
    const victim = await Victim.start()
    const socket = await rawConnection(victim.session.port, '127.0.0.66')
    let sent = 0
    const timer = setInterval(() => {
      sent += 1000
      socket.write(Buffer.from(crypto.getRandomValues(new Uint8Array(1000))))
    }, 5)
    await until('it ends', () => socket.destroyed)
    clearInterval(timer)
    expect(sent).toBeLessThan(1_000_000)
    await victim.finish()
  })
})

describe('metadata', () => {
  test.each([
    ['of 2 GB', 2 ** 31, 0],
    ['of a wrong size', 100_000, 16384],
    ['of the right size with wrong bytes', 0, 16384],
    ['of no bytes', 0, 0],
  ])('%s from one peer is downloaded from another', async (_, claimed, blockBytes) => {
    const victim = await Victim.start({ magnet: true })
    const size = claimed || victim.file.metainfo.info.bytes.length
    const liar: HostilePeer = await victim.attack({
      on: {
        onExtended(id) {
          if (id !== 3 || blockBytes === 0) return
          const head = Buffer.from(`d8:msg_typei1e5:piecei0e10:total_sizei${size}ee`)
          liar.out.extended(1, Buffer.concat([head, Buffer.alloc(Math.min(blockBytes, size))]))
        },
      },
    })
    liar.sendExtended({ m: { ut_metadata: 3 }, metadata_size: size })
    await victim.finish()
  })
})
