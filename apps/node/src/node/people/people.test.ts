import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeEvent } from '@shoal/api'
import { Database } from '@shoal/daemon/database'
import { Vault } from '@shoal/daemon/vault'
import type { Conduct, RecognizedPeer } from '@shoal/torrent'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwnersOf } from '../run-node.ts'
import { BlockedPublishers } from './blocked.ts'
import { PEOPLE } from './capability.ts'
import { Contacts } from './contacts.ts'
import { NodeNetworkKey, networkKey, networkKeyOf, pseudonymSecret } from './network-key.ts'
import { People, type PeopleSettings } from './people.ts'
import { PeopleStore } from './people-store.ts'

const MIB = 2 ** 20
const DAY_MS = 86_400_000
const SEED = new Uint8Array(32).fill(1)
const TORRENT = 'a'.repeat(40)
const peer = (letter: string, host = '203.0.113.7'): RecognizedPeer => ({
  ...{ key: letter.repeat(64), host, torrent: TORRENT, isBound: true },
})
const did = (some: Partial<Conduct>): Conduct => ({
  ...{ downloadedBytes: 0, uploadedBytes: 0, failedPieces: 0, promisesKept: 0, promisesBroken: 0, junk: 0 },
  ...{ connectedMs: 1000, ...some },
})
const receipt = (epoch: number, bytes: number) => ({ epoch, bytes, receipt: new Uint8Array(149) })

let folder: string
let database: Database
let nowMs: number
let events: NodeEvent[]
const settings: { -readonly [Name in keyof PeopleSettings]: PeopleSettings[Name] } = {
  ...{ recognizePeers: true, paymentAfterMiB: null, paymentAfterMinutes: 60 },
}

function open(): People {
  return new People({
    store: new PeopleStore(database),
    contacts: new Contacts({ database, key: () => networkKey(SEED), now: () => nowMs }),
    blocked: new BlockedPublishers(database),
    key: () => networkKey(SEED),
    pseudonymSecret: () => pseudonymSecret(SEED),
    now: () => nowMs,
    settings: () => settings,
    publish: event => events.push(event),
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-people-'))
  database = await Database.open(join(folder, 'catalogue.db'), tableOwnersOf([PEOPLE]), CATALOGUE)
  nowMs = 1_800_000_000_000
  events = []
  Object.assign(settings, { recognizePeers: true, paymentAfterMiB: null, paymentAfterMinutes: 60 })
})

afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

describe('accounts of peers', () => {
  it('are kept across restarts, and judged', () => {
    const before = open()
    before.onRecognized(peer('b'), {})
    before.onConduct(peer('b'), did({ downloadedBytes: 128 * MIB, uploadedBytes: MIB, promisesKept: 100 }))
    expect(before.isTrusted(peer('b').key)).toBe(true)
    before.save()
    nowMs += 1000
    const after = open()
    expect(after.isTrusted(peer('b').key)).toBe(true)
    after.onConduct(peer('b'), did({ downloadedBytes: MIB }))
    expect(after.list(10)).toMatchObject([
      {
        key: peer('b').key,
        downloadedBytes: 129 * MIB,
        uploadedBytes: MIB,
        isTrusted: true,
        host: '203.0.113.7',
      },
    ])
    expect(after.list(10)[0]!.reasons.map(({ kind }) => kind)).toContain('gave')
    expect(after.isTrusted(peer('c').key)).toBe(false)
  })

  it('are forgotten slowly, but not the totals', () => {
    const people = open()
    people.onConduct(peer('b'), did({ downloadedBytes: 100 * MIB }))
    nowMs += 365 * DAY_MS
    expect(people.list(10)).toMatchObject([
      { downloadedBytes: 100 * MIB, score: 0, isTrusted: false, reasons: [] },
    ])
  })

  it('charge misconduct to the network of an address, also without a key', () => {
    const people = open()
    people.onConduct(peer('b'), did({ failedPieces: 1, junk: 1 }))
    people.onConduct({ key: null, host: '203.0.113.99', torrent: TORRENT }, did({ junk: 2 }))
    people.onRefused('203.0.113.98', 'not-proved')
    people.onRefused('203.0.113.98', 'too-many')
    people.onConduct(peer('c', '203.0.113.8'), did({}))
    people.onConduct(peer('d', '203.0.114.8'), did({}))
    people.onConduct(peer('e', '127.0.0.1'), did({ junk: 1 }))
    const scores = Object.fromEntries(people.list(10).map(({ key, score }) => [key[0], score]))
    expect(scores).toEqual({ b: -150 - 100 - 3 * 30, c: -5 * 30, d: 0, e: -100 })
    expect(people.refused).toEqual({ 'not-proved': 1, 'too-many': 1 })
  })

  it('are charged for misconduct in the network, and strangers by their address only', () => {
    const people = open()
    people.onConduct(peer('b'), did({}))
    people.onMisconduct('b'.repeat(64), '203.0.113.7')
    people.onMisconduct('c'.repeat(64), '203.0.113.8')
    people.onMisconduct(null, null)
    const scores = people.list(10).map(({ key, score }) => [key[0], score])
    expect(scores).toEqual([['b', -100 - 30]])
  })

  it('name nodes of the network by the key in their PeerId', () => {
    const peerId = Buffer.from(`002408011220${'ab'.repeat(32)}`, 'hex')
    expect(networkKeyOf(peerId)).toBe('ab'.repeat(32))
    expect(networkKeyOf(peerId.subarray(1))).toBe(null)
    expect(networkKeyOf(new Uint8Array(38))).toBe(null)
  })

  it('add the receipts of all epochs, and ignore old ones', () => {
    const people = open()
    for (const [epoch, bytes] of [
      [5, MIB],
      [5, 3 * MIB],
      [5, 2 * MIB],
      [4, 9 * MIB],
      [6, MIB],
    ] as const)
      people.onReceipt(peer('b'), receipt(epoch, bytes))
    expect(people.list(1)).toMatchObject([{ confirmedBytes: 4 * MIB }])
    expect(new PeopleStore(database).confirmedBytes(peer('b').key, TORRENT)).toBe(4 * MIB)
  })

  it('show no key while recognition is off', () => {
    const people = open()
    expect(people.key?.publicKey).toEqual(networkKey(SEED).publicKey)
    settings.recognizePeers = false
    expect(people.key).toBeNull()
  })
})

describe('payments', () => {
  const payments = () => events.filter(event => event.type === 'payment-required')

  it('are reported at the threshold, after a time, and at the end of the download', () => {
    settings.paymentAfterMiB = 10
    const people = open()
    people.onRecognized(peer('b'), { wallet: '0xabc' })
    people.onConduct(peer('b'), did({ downloadedBytes: 9 * MIB }))
    expect(payments()).toEqual([])
    people.onConduct(peer('b'), did({ downloadedBytes: 2 * MIB }))
    const due = { type: 'payment-required', peer: peer('b').key, wallet: '0xabc', torrent: TORRENT }
    expect(payments()).toEqual([{ ...due, bytes: 11 * MIB }])
    people.onConduct(peer('b'), did({ downloadedBytes: MIB }))
    nowMs += 59 * 60_000
    people.tick()
    expect(payments()).toHaveLength(1)
    nowMs += 60_000
    people.tick()
    expect(payments()[1]).toEqual({ ...due, bytes: MIB })
    people.onConduct(peer('b'), did({ downloadedBytes: 5 }))
    people.onConduct(peer('c'), did({ downloadedBytes: 7 }))
    people.onComplete('b'.repeat(40))
    expect(payments()).toHaveLength(2)
    people.onComplete(TORRENT)
    expect(payments().slice(2)).toEqual([
      { ...due, bytes: 5 },
      { ...due, peer: peer('c').key, wallet: null, bytes: 7 },
    ])
    people.onComplete(TORRENT)
    expect(payments()).toHaveLength(4)
  })

  it('that are due survive a restart, and those that were reported are not reported again', () => {
    settings.paymentAfterMiB = 10
    const before = open()
    before.onRecognized(peer('b'), { wallet: '0xabc' })
    before.onConduct(peer('b'), did({ downloadedBytes: 3 * MIB }))
    before.save()
    const after = open()
    after.onComplete(TORRENT)
    expect(payments()).toMatchObject([{ bytes: 3 * MIB, wallet: '0xabc' }])
    after.save()
    open().onComplete(TORRENT)
    expect(payments()).toHaveLength(1)
  })

  it('are not reported unless they are wanted', () => {
    const people = open()
    people.onConduct(peer('b'), did({ downloadedBytes: 900 * MIB }))
    people.onComplete(TORRENT)
    expect(payments()).toEqual([])
  })
})

it('keeps its network key, and makes another one when it is asked to or cannot read it', async () => {
  const log = { debug() {}, info() {}, warn: (line: string) => lines.push(line), error() {} }
  const lines: string[] = []
  const read = () => NodeNetworkKey.open(database, new Vault(folder), log)
  const first = await read()
  expect((await read()).seed).toEqual(first.seed)
  const renewed = await first.renew()
  expect(renewed).not.toEqual(networkKey(SEED).publicKey)
  expect(first.key.publicKey).toEqual(networkKey(renewed).publicKey)
  expect((await read()).key.publicKey).toEqual(first.key.publicKey)
  expect(lines).toEqual([])
  await rm(join(folder, 'secrets.key'))
  expect((await read()).seed).not.toEqual(first.seed)
  expect(lines).toHaveLength(1)
})

it('tells that something changed at most once in five seconds', () => {
  const people = open()
  nowMs += 10_000
  for (let second = 0; second < 10; second++) {
    people.onConduct(peer('b'), did({ downloadedBytes: 1 }))
    people.tick()
    nowMs += 1000
  }
  expect(events).toEqual([{ type: 'people' }, { type: 'people' }])
})
