import { ed25519 } from '@noble/curves/ed25519.js'
import { seededRandom } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { signWithdrawal } from '../entries/entry.ts'
import { splitWords } from '../entries/words.ts'
import { keywordKey, recordKey } from '../keys.ts'
import { SimIndex, simEntry, simSigner } from '../search/testing/sim-index.ts'
import { ANNOUNCEMENT_LIFE_MS } from './index-node.ts'
import { decodeResponse, encodeRequest, type IndexRequest, withdrawalText } from './messages.ts'

const random = seededRandom(4)
const signer = simSigner(random)
const ADDRESS = Uint8Array.of(4, 9, 9, 9, 9)
const IP = ADDRESS.subarray(1)

function open(nodes = 20, limits = {}) {
  const reports: string[] = []
  const made = new SimIndex({ seed: 5, nodes, limits, onMisconduct: (_, __, reason) => reports.push(reason) })
  const node = made.indexNodes[0]!
  const send = (request: IndexRequest, id: Uint8Array = new Uint8Array(38), ip: Uint8Array = IP) =>
    decodeResponse(node.index.handle(id, ip, encodeRequest(request)))
  const entry = (title: string, more = {}, by = signer) =>
    simEntry(random, by, made.clock.unixMs(), title, more)
  return { made, node, send, entry, reports }
}

describe('an index node', () => {
  const keys = [1, 2, 3].map(byte => recordKey('info_hash_idx::', new Uint8Array(20).fill(byte)))
  const seed = random.bytes(32)
  const provider = Uint8Array.of(0, 0x24, 8, 1, 0x12, 0x20, ...ed25519.getPublicKey(seed))
  const withdraw = (sequence: number, of = keys, by = seed): IndexRequest => ({
    ...{ type: 'withdraw', keys: of, sequence, provider },
    signature: ed25519.sign(withdrawalText(of, sequence), by),
  })
  const announce = (sequence: number): IndexRequest => ({
    ...{ type: 'announce', keys, sequence, addresses: [ADDRESS] },
  })

  it('stores announced keys for 12 hours, where every node of the DHT finds them', async () => {
    const { made, node, send } = open()
    expect(send(announce(1), provider).accepted).toBe(3)
    const [found] = node.kad.providers.get(keys[0]!, 10)
    expect(found).toMatchObject({ id: provider, addresses: [ADDRESS] })
    await made.clock.advance(ANNOUNCEMENT_LIFE_MS - 1)
    expect(node.kad.providers.get(keys[0]!, 10)).toHaveLength(1)
    await made.clock.advance(1)
    expect(node.kad.providers.get(keys[0]!, 10)).toHaveLength(0)
  })

  const manyKeys = Array.from({ length: 2000 }, (_, at) =>
    recordKey('info_hash_idx::', Uint8Array.of(at >> 8, at, ...new Uint8Array(18))),
  )
  const references = Array.from({ length: 2000 }, (_, at) => ({
    id: Uint8Array.of(at >> 8, at, ...new Uint8Array(14)),
    sequence: 1,
  }))
  const find = (word: string): IndexRequest => ({
    ...{ type: 'find', key: keywordKey(word), words: [], without: [] },
    ...{ filters: {}, limit: 500 },
  })

  it('takes messages of earlier versions, with two thousand keys or references, in small steps', () => {
    const { node, send, reports } = open()
    const announced: IndexRequest = { ...announce(1), keys: manyKeys } as IndexRequest
    const steps = [...node.index.work(provider, IP, encodeRequest(announced))].length
    expect(steps).toBeGreaterThan(50)
    const offered = encodeRequest({ type: 'offer', references })
    expect([...node.index.work(provider, IP, offered)].length).toBeGreaterThan(10)
    expect(send(withdraw(2, manyKeys)).accepted).toBeGreaterThan(500)
    expect(reports).toEqual([])
    const more: IndexRequest = { ...announce(3), keys: [...manyKeys, keys[0]!] } as IndexRequest
    expect(() => send(more)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  it.each<[string, IndexRequest, number, number]>([
    ['announced keys', { ...announce(1), keys: manyKeys.slice(0, 200) } as IndexRequest, 200, 400],
    ['offers', { type: 'offer', references: references.slice(0, 200) }, 150, 250],
    ['requests for entries', { type: 'get', references: references.slice(0, 64) }, 1000, 1500],
    ['queries', find('nothing'), 1000, 2000],
  ])('answers one identity only so many %s at once, and others too', async (_, request, least, most) => {
    const { made, send, reports } = open()
    const isAnswered = (id: Uint8Array, ip: Uint8Array) => {
      try {
        send(request, id, ip)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'refused' })
        return false
      }
    }
    let answered = 0
    while (isAnswered(provider, IP)) answered++
    expect(answered).toBeGreaterThan(least)
    expect(answered).toBeLessThan(most)
    expect(reports).toEqual(['flood'])
    // A neighbor is refused, too, without being blamed.
    const neighbor = Uint8Array.of(...IP.subarray(0, 3), 77)
    expect(isAnswered(random.bytes(38), neighbor)).toBe(false)
    expect(reports).toEqual(['flood'])
    expect(isAnswered(random.bytes(38), Uint8Array.of(8, 8, 8, 8))).toBe(true)
    await made.clock.advance(1000)
    expect(isAnswered(random.bytes(38), neighbor)).toBe(true)
  })

  it('charges for what it sends, and for what a query has to look at', () => {
    const { send, entry } = open(20, { perWordAndSource: 2000 })
    const file = { path: 'x'.repeat(150), bytes: 1 }
    const made = Array.from({ length: 320 }, (_, at) => entry(`prize ${at}`, { files: [file, file, file] }))
    for (let at = 0; at < made.length; at += 64)
      send({ type: 'store', entries: made.slice(at, at + 64).map(({ bytes }) => bytes) })
    const count = (request: IndexRequest, host: number) => {
      let sent = 0
      const [id, ip] = [random.bytes(38), Uint8Array.of(8, 8, host, 8)]
      try {
        for (; ; sent++) send(request, id, ip)
      } catch {
        return sent
      }
    }
    const got = made.slice(0, 64).map(({ id }) => ({ id, sequence: 1 }))
    expect(count({ type: 'get', references: got }, 1)).toBeLessThan(250)
    expect(count(find('prize'), 2)).toBeLessThan(250)
    const hard = { ...find('prize'), without: Array.from({ length: 16 }, () => random.bytes(8)), limit: 0 }
    expect(count(hard as IndexRequest, 3)).toBeLessThan(350)
    expect(count({ ...find('nothing'), limit: 0 } as IndexRequest, 4)).toBeGreaterThan(1000)
  })

  it('removes keys only if their provider signed that, and not after they were announced again', () => {
    const { node, send, reports } = open()
    send(announce(1), provider)
    expect(send(withdraw(2, keys, random.bytes(32))).accepted).toBe(0)
    expect(reports).toEqual(['forged'])
    expect(send(withdraw(2, keys.slice(1))).accepted).toBe(2)
    expect(keys.map(key => node.kad.providers.get(key, 10).length)).toEqual([1, 0, 0])
    send(announce(3), provider)
    expect(send(withdraw(2)).accepted).toBe(0)
    expect(keys.map(key => node.kad.providers.get(key, 10).length)).toEqual([1, 1, 1])
  })

  it('refuses, counts and reports forged and replayed entries', () => {
    const { node, send, entry, reports } = open()
    const infoHashV2 = random.bytes(32)
    const [old, now] = [entry('old', { infoHashV2 }), entry('now', { infoHashV2, sequence: 2 })]
    const forged = now.bytes.slice()
    forged[forged.length - 1]! ^= 1
    const store = (...entries: Uint8Array[]) => send({ type: 'store', entries }).accepted
    expect(store(forged, entry('good').bytes)).toBe(0)
    expect([store(now.bytes), store(old.bytes), store(now.bytes)]).toEqual([1, 0, 0])
    expect(store(entry('over', { expires: 1 }).bytes)).toBe(0)
    expect(store(Uint8Array.of(1))).toBe(0)
    expect(reports).toEqual(['forged', 'replayed', 'replayed', 'bad-message'])
    expect(node.index.refused).toMatchObject({ forged: 1, replayed: 2, 'bad-message': 1 })
    expect(() => node.index.handle(provider, IP, Uint8Array.of(0xff))).toThrow(
      expect.objectContaining({ code: 'bad-message' }),
    )
    expect(reports.at(-1)).toBe('bad-message')
  })

  it('verifies no more than a network has a budget for', async () => {
    const { made, node, send, entry, reports } = open()
    const [one] = [entry('word')]
    const wrong = (at: number) => {
      const bytes = one!.bytes.slice()
      bytes[bytes.length - 1 - (at % 60)]! ^= 1 + (at % 255)
      return bytes
    }
    for (let i = 0; i < 2100; i++)
      send({ type: 'store', entries: [wrong(i)] }, random.bytes(38), Uint8Array.of(9, 9, 9, i % 250))
    expect(node.index.refused).toMatchObject({ forged: 2000, full: 100, flood: 0 })
    expect(reports.at(-1)).toBe('forged')
    for (let i = 0; i < 2001; i++)
      send({ type: 'store', entries: [wrong(i)] }, provider, Uint8Array.of(7, 7, 7, 7))
    expect(node.index.refused).toMatchObject({ forged: 4000, flood: 1 })
    expect(reports.at(-1)).toBe('flood')
    const elsewhere = Uint8Array.of(8, 8, 8, 8)
    const another = random.bytes(38)
    expect(send({ type: 'store', entries: [one!.bytes] }, another, elsewhere).accepted).toBe(1)
    await made.clock.advance(10_000)
    expect(send({ type: 'store', entries: [entry('later').bytes] }).accepted).toBe(1)
  })

  it('hands entries on to the nodes of its region, and withdrawals with them', async () => {
    const { made, node, send, entry } = open()
    const signed = entry('Handed on')
    send({ type: 'store', entries: [signed.bytes] })
    for (const each of made.indexNodes) each.index.start()
    await made.clock.advance(6 * 3_600_000)
    expect(made.indexNodes.filter(({ index }) => index.store.size === 1).length).toBe(20)
    node.index.handle(
      provider,
      IP,
      encodeRequest({ type: 'store', entries: [signWithdrawal(signed.entry, signer, 2).bytes] }),
    )
    await made.clock.advance(6 * 3_600_000)
    const { rows } = await made.run(made.indexNodes[9]!.search.search({ words: splitWords('handed') }))
    expect(rows).toEqual([])
    for (const each of made.indexNodes) {
      expect(each.index.store.get(signed.id)!.entry.title).toBe('')
      each.index.close()
    }
  })

  it('takes no more than its limits from a subnet that floods it with identities', () => {
    const { node, send, entry, reports } = open(20, { entries: 2000 })
    const flood = (words: (at: number) => string) => {
      for (let i = 0; i < 300; i++) {
        const spam = entry(words(i), {}, simSigner(random))
        send({ type: 'store', entries: [spam.bytes] }, random.bytes(38), Uint8Array.of(9, 9, 9, i % 250))
      }
    }
    flood(() => 'prize')
    const query: IndexRequest = {
      type: 'find',
      key: keywordKey('prize'),
      words: [],
      without: [],
      filters: {},
      limit: 500,
    }
    expect(send(query).references).toHaveLength(100)
    expect(node.index.store.size).toBe(100)
    flood(at => `a${at} b${at} c${at}`)
    expect(node.index.store.size).toBe(200)
    expect(node.index.refused.full).toBeGreaterThan(200)
    expect(reports).toEqual([])
  })
})
