/** DHT items (BEP 44) written by one client and read by another, through nodes on loopback. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../packages/torrent/src/base/bytes.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { encode } from '../packages/torrent/src/bencode/bencode.ts'
import { DhtDiscovery, DhtNode } from '../packages/torrent/src/discovery/dht/dht.ts'
import { createItem, itemTarget, signItem } from '../packages/torrent/src/discovery/dht/item.ts'
import { openDatagram } from '../packages/torrent/src/transport/datagram.node.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { NpmDht } from './support/npm-dht.ts'
import { missing } from './support/tools.ts'

const HOST = '127.0.0.1'
const SALT = utf8('salt')

/** A key pair in the forms that the clients accept. */
function owner() {
  const seed = systemRandom.bytes(32)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(secret).export({ type: 'spki', format: 'der' }).subarray(-32)
  // RFC 8032, section 5.1.5: libtorrent expects the hash of the seed, clamped.
  const expanded = createHash('sha512').update(seed).digest()
  expanded[0]! &= 248
  expanded[31]! = (expanded[31]! & 63) | 64
  return { publicKey, expanded, sign: (message: Uint8Array) => sign(null, message, secret) }
}

function ourItem({ publicKey, sign }: ReturnType<typeof owner>, seq: bigint) {
  return signItem({
    publicKey: new Uint8Array(publicKey),
    sign: message => new Uint8Array(sign(message)),
    salt: SALT,
    seq,
    value: { ih: new Uint8Array(20).fill(7) },
  })
}

/**
 * One of our nodes, which joins through the nodes at these ports, and stores items for the others.
 */
async function startOurs(...ports: number[]) {
  const node = new DhtNode({
    socket: await openDatagram({ family: 4, port: 0, host: HOST }),
    clock: systemClock,
    random: systemRandom,
    bootstrap: ports.map(port => ({ host: HOST, port })),
  })
  const discovery = new DhtDiscovery({ nodes: [node], clock: systemClock })
  if (ports.length > 0) await until('our node is ready', () => node.isReady)
  return { node, discovery, [Symbol.asyncDispose]: () => discovery.close() }
}

describe.skipIf(missing('libtorrent'))('libtorrent', { concurrent: true }, () => {
  const start = (port?: number) =>
    Libtorrent.start({
      settings: { enable_dht: true },
      dhtNodes: port === undefined ? [] : [[HOST, port]],
    })

  test('reads items that we put on it, and returns them to our other nodes', async () => {
    await using libtorrent = await start()
    await using ours = await startOurs(libtorrent.port)
    const fixed = createItem('a text')
    const changing = ourItem(owner(), 2n ** 60n)
    expect(await ours.discovery.putItem(fixed)).toBe(1)
    expect(await ours.discovery.putItem(changing)).toBe(1)
    await using reader = await start(libtorrent.port)
    const [read, target] = [hex(changing.publicKey), hex(itemTarget(fixed))]
    expect(await reader.dhtItem({ target })).toEqual({ value: hex(fixed.value) })
    expect(await reader.dhtItem({ public: read, salt: 'salt' })).toEqual({
      value: null,
      seq: Number(2n ** 60n),
      signature: hex(changing.signature),
    })
    await ours.discovery.close()
    await using others = await startOurs(libtorrent.port)
    expect(await others.discovery.getItem({ target: itemTarget(fixed) })).toEqual(fixed)
    expect(await others.discovery.getItem(changing)).toEqual(changing)
  })

  test('puts items on our nodes, which we read, replace and return to it', async () => {
    await using ours = await startOurs()
    await using libtorrent = await start(ours.node.port)
    await until('libtorrent knows us', async () => (await libtorrent.dhtNodes()) > 0)
    const fixed = createItem('a text')
    const target = await libtorrent.dhtPut('a text')
    expect(target).toBe(hex(itemTarget(fixed)))
    await until('our node has the item', () => ours.node.items.get(itemTarget(fixed)) !== null)
    expect(ours.node.items.get(itemTarget(fixed))).toEqual(fixed)

    const key = owner()
    const keys = { secret: key.expanded.toString('hex'), public: key.publicKey.toString('hex') }
    const place = itemTarget({ publicKey: key.publicKey, salt: SALT })
    await libtorrent.dhtPut('first', { ...keys, salt: 'salt' })
    await until('our node has the mutable item', () => ours.node.items.get(place) !== null)
    expect(ours.node.items.get(place)).toMatchObject({ value: encode('first'), seq: 1n })
    // libtorrent reads the current item before it writes the next one.
    await libtorrent.dhtPut('second', { ...keys, salt: 'salt' })
    await until('our node has the next item', () => {
      const item = ours.node.items.get(place)
      return item !== null && 'seq' in item && item.seq === 2n
    })
  })
})

describe('npm bittorrent-dht', { concurrent: true }, () => {
  test('reads items that we put on it, and refuses older ones', async () => {
    await using npm = await NpmDht.start()
    await using ours = await startOurs(npm.port)
    const fixed = createItem('hello')
    const changing = ourItem(owner(), 5n)
    expect(await ours.discovery.putItem(fixed)).toBe(1)
    expect(await ours.discovery.putItem(changing)).toBe(1)
    const read = await npm.get(itemTarget(changing), SALT)
    expect([read?.seq, Buffer.from(read!.sig!)]).toEqual([5, Buffer.from(changing.signature)])
    await ours.discovery.close()
    await using others = await startOurs(npm.port)
    expect(await others.discovery.getItem({ target: itemTarget(fixed) })).toEqual(fixed)
    expect(await others.discovery.getItem(changing)).toEqual(changing)
  })

  test('puts items on our nodes, which we return to it, and respects our refusals', async () => {
    await using ours = await startOurs()
    await using npm = await NpmDht.start(ours.node.port)
    const key = owner()
    const { publicKey: k, sign } = key
    const put = (seq: number, more: object = {}) =>
      npm.put({ k, salt: Buffer.from(SALT), seq, v: { ih: Buffer.alloc(20, 7) }, sign, ...more })
    expect(await put(3)).toBe(1)
    expect(ours.node.items.get(itemTarget({ publicKey: k, salt: SALT }))).toEqual(ourItem(key, 3n))
    await expect(put(2)).rejects.toThrow()
    await expect(put(4, { cas: 1 })).rejects.toThrow()
    expect(await put(4, { cas: 3 })).toBe(1)
    expect((await npm.get(itemTarget({ publicKey: k, salt: SALT }), SALT))?.seq).toBe(4)
    expect(await npm.put({ v: Buffer.from('a text') })).toBe(1)
    expect(ours.node.items.get(itemTarget(createItem('a text')))).toEqual(createItem('a text'))
  })
})
