import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, utf8 } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { type BencodeInput, Encoded } from '../../bencode/bencode.ts'
import { type Contact, type Endpoint, toEndpoint } from './contact.ts'
import { createItem, type DhtItem, itemTarget, type MutableItem } from './item.ts'
import { ItemStore } from './item-store.ts'
import { encodeQuery, type KrpcFailure, parseMessage } from './krpc.ts'
import { PeerStore } from './peer-store.ts'
import { Responder } from './responder.ts'
import { readResponse } from './response.ts'
import { RoutingTable } from './routing-table.ts'
import { ItemOwner } from './test-item-owner.ts'
import { Tokens } from './tokens.ts'

const random = seededRandom(5)
const owner = new ItemOwner()
const infoHash = new Uint8Array(20).fill(9)
const v4 = toEndpoint('1.2.3.4', 1111)!
const v6 = toEndpoint('2001:db8::1', 2222)!

function setUp() {
  const clock = new VirtualClock()
  const [table, otherTable] = [
    new RoutingTable(random.bytes(20), clock),
    new RoutingTable(random.bytes(20), clock),
  ]
  const contact = (host: string): Contact => ({ ...toEndpoint(host, 6881)!, id: random.bytes(20) })
  for (let i = 1; i < 50; i++) {
    table.answered(contact(`${i}.2.3.4`))
    otherTable.answered(contact(`2a01:${i}::1`))
  }
  const store = new PeerStore(clock, random, { peersPerTorrent: 500 })
  const nowMs = () => clock.nowMs()
  const tokens = new Tokens(clock, random)
  const items = new ItemStore(clock, () => table.ownId)
  const responder = new Responder({
    table: () => table,
    otherTable: () => otherTable,
    ...{ store, items, tokens, nowMs },
  })
  const send = (method: string, args: Record<string, BencodeInput | undefined>, from: Endpoint = v4) => {
    const query = parseMessage(encodeQuery(utf8('aa'), method, new Uint8Array(20), args, false))
    if (query.kind !== 'query') throw new Error(query.kind)
    const bytes = responder.respond(query, from)
    expect(bytes.length).toBeLessThanOrEqual(method === 'get' ? 1400 : 1024)
    return parseMessage(bytes)
  }
  const ask = (...args: Parameters<typeof send>) => {
    const message = send(...args)
    if (message.kind !== 'response') throw new Error((message as KrpcFailure).message)
    return readResponse(message, v4)
  }
  return { clock, table, otherTable, store, items, send, ask }
}

describe('Responder', () => {
  it('answers find_node with the eight closest nodes of the right family (BEP 32)', () => {
    const { ask, table, otherTable } = setUp()
    const target = random.bytes(20)
    const hosts = (contacts: readonly Contact[]) => contacts.map(({ host }) => host)
    const [own, other] = [hosts(table.closest(target)), hosts(otherTable.closest(target))]
    const nodes = (want?: string[]) => {
      const answer = ask('find_node', { target, want })
      return [hosts(answer.nodes), hosts(answer.nodes6)]
    }
    expect(own).toHaveLength(8)
    expect(nodes()).toEqual([own, []])
    expect(nodes(['n4'])).toEqual([own, []])
    expect(nodes(['n6'])).toEqual([[], other])
    expect(nodes(['n4', 'n6', 'n8'])).toEqual([own, other])
    expect(nodes(['n8'])).toEqual([own, []])
  })

  it('stores an announce with a valid token, and returns the peer', () => {
    const { ask, send } = setUp()
    const { token } = ask('get_peers', { info_hash: infoHash })
    expect(send('announce_peer', { info_hash: infoHash, port: 5, token: new Uint8Array(8) })).toMatchObject({
      code: 203,
    })
    const elsewhere = toEndpoint('1.2.3.5', 1111)!
    expect(send('announce_peer', { info_hash: infoHash, port: 5, token }, elsewhere)).toMatchObject({
      code: 203,
    })
    ask('announce_peer', { info_hash: infoHash, port: 5, token })
    expect(ask('get_peers', { info_hash: infoHash }).peers).toMatchObject([{ host: '1.2.3.4', port: 5 }])
  })

  it('stores the sender’s port if it is implied', () => {
    const { ask, send } = setUp()
    const { token } = ask('get_peers', { info_hash: infoHash })
    for (const port of [0, 65536, -1, undefined]) {
      expect(send('announce_peer', { info_hash: infoHash, port, token })).toMatchObject({ code: 203 })
    }
    ask('announce_peer', { info_hash: infoHash, port: 5, implied_port: 1, token })
    expect(ask('get_peers', { info_hash: infoHash }).peers).toMatchObject([{ port: 1111 }])
  })

  it('counts seeds and peers separately, and sends no filters for unknown torrents (BEP 33)', () => {
    const { ask, store } = setUp()
    expect(ask('get_peers', { info_hash: infoHash, scrape: 1 }).seedFilter).toBeUndefined()
    store.add(infoHash, Uint8Array.of(5, 5, 5, 5), 1, true)
    store.add(infoHash, Uint8Array.of(6, 6, 6, 6), 1, false)
    const answer = ask('get_peers', { info_hash: infoHash, scrape: 1, want: ['n4', 'n6'] })
    expect([answer.seedFilter?.length, answer.peerFilter?.length]).toEqual([256, 256])
    expect(hex(answer.seedFilter!)).not.toBe(hex(answer.peerFilter!))
    expect(answer.peers).toHaveLength(2)
    expect(answer.nodes).toHaveLength(8)
    expect(ask('get_peers', { info_hash: infoHash }).seedFilter).toBeUndefined()
  })

  it('fills the datagram with peers up to its limit', () => {
    const { ask, store } = setUp()
    for (let i = 0; i < 400; i++) store.add(infoHash, Uint8Array.of(9, 9, i >> 8, i), 1, false)
    expect(ask('get_peers', { info_hash: infoHash }).peers.length).toBeGreaterThan(60)
    const both = ask('get_peers', { info_hash: infoHash, want: ['n4', 'n6'] }).peers.length
    expect(both).toBeGreaterThan(25)
    expect(ask('get_peers', { info_hash: infoHash, scrape: 1 }).peers.length).toBeGreaterThan(5)
    const ip = new Uint8Array(16).fill(7)
    for (let i = 0; i < 90; i++)
      store.add(
        new Uint8Array(20),
        ip.map((byte, at) => (at === 15 ? i : byte)),
        1,
        false,
      )
    expect(ask('get_peers', { info_hash: new Uint8Array(20) }, v6).peers.length).toBeGreaterThan(15)
  })

  it('gives no token for a torrent without room (BEP 33)', () => {
    const { ask, store } = setUp()
    for (let i = 0; i < 500; i++) store.add(infoHash, Uint8Array.of(9, 9, i >> 8, i), 1, false)
    expect(ask('get_peers', { info_hash: infoHash }).token).toBeUndefined()
    expect(ask('get_peers', { info_hash: new Uint8Array(20) }).token).toHaveLength(8)
  })

  it('samples its info hashes, and keeps the sample for a while (BEP 51)', async () => {
    const { ask, store, clock } = setUp()
    const target = random.bytes(20)
    expect(ask('sample_infohashes', { target }).samples).toEqual([])
    for (let i = 0; i < 50; i++) store.add(random.bytes(20), Uint8Array.of(9, 9, 9, i), 1, false)
    expect(ask('sample_infohashes', { target }).samples).toEqual([])
    await clock.advance(300_000)
    const first = ask('sample_infohashes', { target })
    expect(first).toMatchObject({ sampleTotal: 50, sampleIntervalS: 300 })
    expect(first.samples).toHaveLength(20)
    expect(first.nodes).toHaveLength(8)
    expect(ask('sample_infohashes', { target }).samples).toEqual(first.samples)
  })

  it('rejects incomplete and unknown queries, but returns nodes for unknown queries with a target', () => {
    const { send, ask } = setUp()
    for (const method of ['find_node', 'get_peers', 'announce_peer', 'sample_infohashes']) {
      expect(send(method, {})).toMatchObject({ kind: 'error', code: 203 })
      expect(send(method, { target: new Uint8Array(19), info_hash: 5 })).toMatchObject({ code: 203 })
    }
    expect(send('vote', {})).toMatchObject({ kind: 'error', code: 204 })
    expect(ask('vote', { target: random.bytes(20) }).nodes).toHaveLength(8)
  })

  describe('get and put (BEP 44)', () => {
    const value = (size: number) => new Uint8Array(size).fill(7)
    /** Gets a token for the item, and puts it. Returns the code of an error, or null. */
    const put = ({ send, ask }: ReturnType<typeof setUp>, item: DhtItem, changes: object = {}, from = v4) => {
      const { token } = ask('get', { target: itemTarget(item) }, from)
      const { value: v, ...rest } = item
      const { publicKey: k, signature: sig, salt, seq } = rest as Partial<MutableItem>
      const message = send('put', { v: new Encoded(v), k, sig, salt, seq, token, ...changes }, from)
      return message.kind === 'error' ? message.code : null
    }

    it('stores an immutable item, and returns it byte for byte', () => {
      const parts = setUp()
      const item = createItem({ b: [1, 'two'], a: value(500) })
      expect(put(parts, item)).toBeNull()
      const answer = parts.ask('get', { target: itemTarget(item) })
      expect(answer.item?.value).toEqual(item.value)
      expect(answer.nodes).toHaveLength(8)
      expect(parts.ask('get', { target: new Uint8Array(20) }).item).toBeUndefined()
    })

    it('stores and replaces a mutable item, and omits the value if it is not newer than the one known', () => {
      const parts = setUp()
      const salt = utf8('s')
      expect(put(parts, owner.item(1, 'a', salt))).toBeNull()
      expect(put(parts, owner.item(2n ** 63n - 1n, 'b', salt))).toBeNull()
      const target = itemTarget({ publicKey: owner.publicKey, salt })
      const { item, seq } = parts.ask('get', { target, seq: 1 })
      expect([seq, item?.value]).toEqual([2n ** 63n - 1n, utf8('1:b')])
      const same = parts.ask('get', { target, seq: 2n ** 63n - 1n })
      expect([same.seq, same.item]).toEqual([2n ** 63n - 1n, undefined])
    })

    it('leaves out nodes that do not fit next to the largest item', () => {
      const parts = setUp()
      const item = owner.item(2n ** 62n, value(996), new Uint8Array(64))
      expect(item.value).toHaveLength(1000)
      expect(put(parts, item)).toBeNull()
      for (const from of [v4, v6]) {
        const answer = parts.ask('get', { target: itemTarget(item), want: ['n4', 'n6'] }, from)
        expect(answer.item?.value).toHaveLength(1000)
        expect(answer.nodes.length + answer.nodes6.length).toBeGreaterThan(0)
        expect(answer.token).toBeDefined()
      }
    })

    it.each([
      ['a value that is too big', 205, { v: value(997) }],
      ['a value that is not canonical', 203, { v: new Encoded(utf8('d1:bi1e1:ai2ee')) }],
      ['no value', 203, { v: undefined }],
      ['a salt that is too big', 207, { salt: value(65) }],
      ['a salt that is not a string', 203, { salt: 5 }],
      ['a signature of something else', 206, { v: utf8('other') }],
      ['a signature of another sequence number', 206, { seq: 9 }],
      ['a signature of the wrong size', 203, { sig: value(63) }],
      ['no signature', 203, { sig: undefined }],
      ['a key of the wrong size', 203, { k: value(31) }],
      ['a negative sequence number', 203, { seq: -1 }],
      ['a sequence number of more than 63 bits', 203, { seq: 2n ** 63n }],
      ['a forged token', 203, { token: value(8) }],
      ['no token', 203, { token: undefined }],
    ])('refuses %s with %i', (_, code, changes) => {
      const parts = setUp()
      // The token is bound to key and salt, so it has to be that of the changed salt.
      const item = owner.item(5, 'a')
      const salt = (changes as { salt?: unknown }).salt
      const { token } = parts.ask('get', {
        target:
          salt instanceof Uint8Array ? itemTarget({ publicKey: owner.publicKey, salt }) : itemTarget(item),
      })
      expect(put(parts, item, { token, ...changes })).toBe(code)
      expect(parts.items.size).toBe(0)
    })

    it('refuses tokens of other addresses and other items', () => {
      const parts = setUp()
      const item = owner.item(1, 'a')
      const { token } = parts.ask('get', { target: itemTarget(item) })
      expect(put(parts, item, { token }, toEndpoint('1.2.3.5', 1111)!)).toBe(203)
      expect(put(parts, owner.item(1, 'a', utf8('salt')), { token })).toBe(203)
    })

    it('refuses rollbacks with 302 and mismatches of cas with 301, and ignores cas without a current item', () => {
      const parts = setUp()
      expect(put(parts, owner.item(5, 'a'), { cas: 3 })).toBeNull()
      expect(put(parts, owner.item(4, 'b'))).toBe(302)
      expect(put(parts, owner.item(5, 'b'))).toBe(302)
      expect(put(parts, owner.item(5, 'a'))).toBeNull()
      expect(put(parts, owner.item(6, 'b'), { cas: 4 })).toBe(301)
      expect(put(parts, owner.item(6, 'b'), { cas: -5 })).toBe(301)
      expect(put(parts, owner.item(6, 'b'), { cas: 5 })).toBeNull()
    })

    it('answers any put and get without throwing, and stores only items whose hash or signature fits', () => {
      const parts = setUp()
      const item = owner.item(5, 'a')
      const anything = fc.oneof(
        fc.integer(),
        fc.bigInt(),
        fc.uint8Array({ maxLength: 70 }),
        fc.constant(undefined),
        fc.constant([1, { a: 2 }]),
      )
      const keys = fc.constantFrom('k', 'sig', 'salt', 'seq', 'token', 'cas', 'v')
      fc.assert(
        fc.property(fc.dictionary(keys, anything), changes => {
          put(parts, item, changes)
          const stored = parts.items.get(itemTarget(item))
          if (stored) expect(stored).toEqual(item)
        }),
      )
    })
  })
})
