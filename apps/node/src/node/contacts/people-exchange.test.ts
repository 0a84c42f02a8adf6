import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { encodeDevice } from '@shoal/identity/devices'
import {
  decodePeopleResponse,
  EMPTY_RESPONSE,
  encodePeopleRequest,
  encodePeopleResponse,
  MAX_PEOPLE_MESSAGE_BYTES,
  NO_STATE,
  type PeopleResponse,
} from '@shoal/identity/exchange'
import { pngOf } from '@shoal/identity/testing/pictures'
import type { KeyExchange } from '@shoal/network/host'
import { systemClock } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import type { ContactNode } from '../people/service.ts'
import { tableOwners } from '../table-owners.ts'
import { ContactBook } from './contact-book.ts'
import { PeopleExchange } from './people-exchange.ts'
import { NOW, TestPerson } from './testing/person.ts'

/** The nodes of a test, by network key. */
type Net = Map<string, { respond(from: string, message: Uint8Array): Uint8Array }>

class Place {
  /** Shown by certificates. */
  readonly person = new TestPerson()
  /** The person whose device lists the node has. */
  devices = this.person
  readonly key = Buffer.from(new TestPerson().root.publicKey).toString('hex')
  readonly contacts = new Map<string, ContactNode>()
  readonly alarms: string[] = []
  /** Number of sent messages. */
  asked = 0
  nowMs = 0
  profile: ReturnType<TestPerson['profile']> | null = null
  readonly book: ContactBook
  readonly exchange: PeopleExchange
  readonly #net: Net

  private constructor(database: Database, net: Net) {
    this.#net = net
    net.set(this.key, { respond: (from, message) => this.exchange.respond(from, message) })
    this.book = new ContactBook({
      ...{ database, now: () => 1000 * NOW, onChanged() {} },
      onAlarm: (_, { kind }) => this.alarms.push(kind),
    })
    this.exchange = new PeopleExchange({
      book: this.book,
      clock: { ...systemClock, nowMs: () => this.nowMs },
      contacts: () => [...this.contacts.values()],
      claimsFor: key =>
        this.contacts.get(key)?.showsDid
          ? { did: this.person.did, certificate: this.person.certificate(this.key, key) }
          : {},
      // Certificates themselves are tested with the capability `people`.
      received: (key, { did }) => {
        const contact = this.contacts.get(key)
        if (contact) this.contacts.set(key, { ...contact, did: did ?? null })
        this.book.follow([...this.contacts.values()])
        return true
      },
      own: () => ({ did: this.devices.did, lists: this.devices.lists, profile: this.profile }),
    })
  }

  static async open(net: Net): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-exchange-'))
    const database = await Database.open(join(folder, 'catalogue.db'), tableOwners(), CATALOGUE)
    const place = new Place(database, net)
    const close = await place.exchange.open({} as never, async () => place.#keyExchange)
    onTestFinished(async () => {
      await close()
      await place.exchange.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    })
    return place
  }

  get #keyExchange(): KeyExchange {
    return {
      isConnected: key => this.#net.has(Buffer.from(key).toString('hex')),
      ask: async (key, message) => {
        this.asked++
        expect(message.length).toBeLessThanOrEqual(MAX_PEOPLE_MESSAGE_BYTES)
        const other = this.#net.get(Buffer.from(key).toString('hex'))
        if (!other) throw new Error('unreachable')
        return other.respond(this.key, message)
      },
      async close() {},
    }
  }

  choose(other: Pick<Place, 'key'>, showsDid = true): void {
    this.contacts.set(other.key, { key: other.key, name: 'Other', did: null, showsDid })
  }

  ask(other: Pick<Place, 'key'>): Promise<void> {
    return this.exchange.askAll([other.key])
  }

  knows(other: Place) {
    const known = this.book.find(other.person.did)
    return known && [known.lists.length, known.profile?.profile.name ?? null]
  }
}

async function pair(): Promise<readonly [Place, Place, Net]> {
  const net: Net = new Map()
  const [ada, ben] = [await Place.open(net), await Place.open(net)]
  ada.choose(ben)
  ben.choose(ada)
  return [ada, ben, net]
}

test('lists and profiles come at once, and later only what is new', async () => {
  const [ada, ben] = await pair()
  ada.person.sign().sign()
  ada.profile = ada.person.profile({ name: 'Ada', picture: pngOf(9, 9) }, 3)
  await ben.ask(ada)
  expect([ben.knows(ada), ben.asked]).toEqual([[3, 'Ada'], 1])
  ada.person.sign()
  ada.profile = ada.person.profile({ name: 'Ada L.' }, 4)
  await ben.ask(ada)
  expect([ben.knows(ada), ben.asked, ben.alarms]).toEqual([[4, 'Ada L.'], 2, []])
  await ben.ask(ada)
  expect([ben.knows(ada), ben.asked]).toEqual([[4, 'Ada L.'], 3])
})

test('a long history comes in several responses, and is kept whole', async () => {
  const [ada, ben] = await pair()
  for (let time = 0; time < 99; time++) ada.person.sign()
  ada.profile = ada.person.profile({ name: 'Ada' }, 1)
  await ben.ask(ada)
  expect(ben.knows(ada)).toEqual([100, 'Ada'])
  expect(ben.asked).toBeGreaterThan(1)
  // The successor takes over in the middle, so all lists are requested again.
  ada.person.rotate(40)
  await ben.ask(ada)
  expect([ben.knows(ada)?.[0], ben.alarms]).toEqual([41, ['rotated']])
})

test('strangers, and contacts to whom the person is not shown, receive nothing', async () => {
  const [ada, ben, net] = await pair()
  const cleo = await Place.open(net)
  cleo.choose(ada)
  ada.choose(ben, false)
  ada.profile = ada.person.profile({ name: 'Ada' }, 1)
  const request = encodePeopleRequest({ known: NO_STATE, own: { lists: 9, profile: 9 } })
  for (const asker of [ben, cleo]) {
    expect(decodePeopleResponse(ada.exchange.respond(asker.key, request))).toEqual(EMPTY_RESPONSE)
    await asker.ask(ada)
    expect(asker.book.dids).toEqual([])
  }
  // It queries no stranger, whatever the stranger announces.
  for (let second = 0; second < 100; second++, ada.nowMs += 1000) ada.exchange.tick()
  expect(ada.contacts.has(cleo.key)).toBe(false)
  expect(cleo.book.dids).toEqual([])
})

test('device lists of another key than the one that is shown are not sent', async () => {
  const [ada, ben] = await pair()
  ada.devices = new TestPerson()
  ada.profile = ada.devices.profile({ name: 'Ada' }, 1)
  await ben.ask(ada)
  // At that point, only the person in the certificate is known.
  expect([ben.knows(ada), ben.book.dids]).toEqual([[0, null], [ada.person.did]])
  ada.devices = ada.person
  await ben.ask(ada)
  expect(ben.knows(ada)?.[0]).toBe(1)
})

test('a contact that announces something is asked at once, once for each state', async () => {
  const [ada, ben] = await pair()
  await ben.ask(ada)
  await ada.ask(ben)
  const turn = async () => {
    ada.exchange.tick()
    // The exchange has started; it must end before the next one with the same contact starts.
    await ada.ask(ben)
  }
  ben.person.sign()
  ada.nowMs += 10_000
  const before = ada.asked
  ada.exchange.tick()
  expect(ada.asked).toBe(before)
  await ben.ask(ada)
  await turn()
  expect(ada.knows(ben)).toEqual([2, null])
  // It announces something that it does not have.
  const request = encodePeopleRequest({ known: NO_STATE, own: { lists: 200, profile: 5 } })
  ada.nowMs += 10_000
  ada.exchange.respond(ben.key, request)
  await turn()
  const asked = ada.asked
  for (let time = 0; time < 50; time++, ada.nowMs += 10_000) {
    ada.exchange.respond(ben.key, request)
    ada.exchange.tick()
  }
  expect(ada.asked).toBe(asked)
})

test('a contact that cannot be reached is asked less and less often', async () => {
  const [ada, ben, net] = await pair()
  net.delete(ben.key)
  for (let minute = 0; minute < 24 * 60; minute++, ada.nowMs += 60_000) {
    ada.exchange.tick()
    await ada.exchange.askAll([])
    await new Promise(setImmediate)
  }
  expect(ada.asked).toBeGreaterThan(8)
  expect(ada.asked).toBeLessThan(16)
})

test('a contact that sends forged, foreign, damaged or endless things changes nothing', async () => {
  const [ada, ben, net] = await pair()
  ada.person.sign()
  ada.profile = ada.person.profile({ name: 'Ada' }, 5)
  await ben.ask(ada)
  const known = [2, 'Ada']
  const eve = new TestPerson().sign().sign()
  const certificate = ada.person.certificate(ada.key, ben.key)
  const lists = ada.person.lists.map(({ bytes }) => bytes)
  const device = encodeDevice(ada.person.device)
  const forged = eve.profile({ name: 'Eve' }, 99)
  const answer = (response: Partial<PeopleResponse>) =>
    encodePeopleResponse({ ...EMPTY_RESPONSE, certificate, count: 2, lists, ...response })
  const flip = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1)
  let sent = 0
  for (const response of [
    new Uint8Array(0),
    new Uint8Array(MAX_PEOPLE_MESSAGE_BYTES + 1),
    answer({ lists: [new Uint8Array(5)] }),
    answer({ count: 3, lists: eve.lists.map(({ bytes }) => bytes) }),
    answer({ lists: [lists[0]!, flip(lists[1]!, lists[1]!.length - 1)] }),
    // The same page over and over, of an endless history.
    answer({ count: 1e9 }),
    answer({ count: 1e9, lists: lists.slice(1) }),
    answer({ profile: { bytes: forged.bytes, device } }),
    answer({ profile: { bytes: forged.bytes, device: forged.device } }),
    answer({ profile: { bytes: flip(ada.profile.bytes, 40), device } }),
    answer({ profile: ada.person.profile({ name: 'Old' }, 4) }),
    answer({ profile: ada.person.profile({ name: 'Same' }, 5) }),
  ]) {
    const respond = () => {
      sent++
      return response
    }
    net.set(ada.key, { respond })
    await ben.ask(ada)
    expect(ben.knows(ada)).toEqual(known)
  }
  expect([ben.alarms, sent < 40]).toEqual([[], true])
})
