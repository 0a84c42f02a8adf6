import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import { KeyPair, MAX_DELEGATION_SECONDS, signDelegation } from '@shoal/identity'
import type { NetworkKey, PeerClaims } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwnersOf } from '../run-node.ts'
import { PEOPLE } from './capability.ts'
import { Contacts } from './contacts.ts'
import { networkKey } from './network-key.ts'
import type { PersonKey } from './service.ts'

const DAY_MS = 86_400_000
let nowMs = 1_800_000_000_000

class TestNode {
  key: NetworkKey
  pair: KeyPair
  isLocked = false
  readonly database: Database
  contacts: Contacts

  constructor(number: number, database: Database) {
    this.key = networkKey(new Uint8Array(32).fill(number))
    this.pair = new KeyPair(new Uint8Array(32).fill(number + 100))
    this.database = database
    this.contacts = this.open()
  }

  static async start(number: number): Promise<TestNode> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-contacts-'))
    const database = await Database.open(join(folder, 'catalogue.db'), tableOwnersOf([PEOPLE]), CATALOGUE)
    onTestFinished(async () => {
      await database.close()
      await rm(folder, { recursive: true, force: true })
    })
    return new TestNode(number, database)
  }

  /** Opens the contacts of the catalogue, as after a restart. */
  open(): Contacts {
    const node = this
    const person: PersonKey = {
      get did() {
        return node.pair.did
      },
      async open() {
        if (node.isLocked) throw new Failure('locked', 'the key is locked')
        return node.pair
      },
    }
    const { database } = this
    this.contacts = new Contacts({ database, key: () => this.key, now: () => nowMs })
    this.contacts.usePerson(person)
    return this.contacts
  }

  get name(): string {
    return Buffer.from(this.key.publicKey).toString('hex')
  }

  says(to: TestNode): PeerClaims {
    return this.contacts.claimsFor(to.name, this.key)
  }

  /** Receives the claims of another node. */
  hears(from: TestNode, claims = from.says(this)): boolean {
    return this.contacts.received(from.name, claims)
  }

  knows(other: TestNode): string | null {
    return this.contacts.view(other.name).did
  }
}

async function three(): Promise<[TestNode, TestNode, TestNode]> {
  nowMs = 1_800_000_000_000
  return [await TestNode.start(1), await TestNode.start(2), await TestNode.start(3)]
}

test('only the chosen node learns who it is, and only in that direction', async () => {
  const [ada, ben, cleo] = await three()
  await ada.contacts.change(ben.name, { name: 'Ben', showDid: true })
  expect(ada.says(ben)).toEqual({ did: ada.pair.did, certificate: expect.any(Uint8Array) })
  expect([ada.says(cleo), ben.says(ada)]).toEqual([{}, {}])
  expect([ben.hears(ada), cleo.hears(ada), ada.hears(ben)]).toEqual([true, true, true])
  expect([ben.knows(ada), cleo.knows(ada), ada.knows(ben)]).toEqual([ada.pair.did, null, null])
  expect(ben.contacts.view(ada.name)).toEqual({
    ...{ name: null, did: ada.pair.did, showsDid: false },
    didExpiresMs: nowMs - 3_600_000 + MAX_DELEGATION_SECONDS * 1000,
  })
})

test('a copy of a certificate proves nothing', async () => {
  const [ada, ben, cleo] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  const copy = ada.says(ben)
  // Ben passes it on to Cleo as his own, and Cleo shows it to Ben as hers.
  expect(cleo.hears(ben, copy)).toBe(false)
  expect(ben.hears(cleo, copy)).toBe(false)
  expect([cleo.knows(ben), ben.knows(cleo)]).toEqual([null, null])
})

test('what is wrong is not believed, and replaces what was right', async () => {
  const [ada, ben] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  const right = ada.says(ben)
  const { certificate } = right as { certificate: Uint8Array }
  const keys = { networkKey: ada.key.publicKey, recipient: ben.key.publicKey }
  const seconds = nowMs / 1000
  const expired = signDelegation({ ...keys, notBefore: seconds - 9, notAfter: seconds }, ada.pair)
  for (const wrong of [
    { did: ada.pair.did, certificate: certificate.with(170, certificate[170]! ^ 1) },
    { did: ben.pair.did, certificate },
    { certificate },
    { did: ada.pair.did },
    { did: ada.pair.did, certificate: new Uint8Array(1024) },
    { did: ada.pair.did, certificate: expired },
  ]) {
    expect(ben.hears(ada, right)).toBe(true)
    expect(ben.hears(ada, wrong)).toBe(false)
    expect(ben.knows(ada)).toBe(null)
  }
})

test('it is kept over a restart, renewed before it expires, and dropped when it has', async () => {
  const [ada, ben] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  const first = ada.says(ben)
  ben.hears(ada)
  ben.open()
  expect(ben.knows(ada)).toBe(ada.pair.did)
  nowMs += 15 * DAY_MS
  expect(ada.says(ben)).toBe(first)
  nowMs += 6 * DAY_MS
  const second = ada.says(ben)
  expect(second.certificate).not.toEqual(first.certificate)
  nowMs += 10 * DAY_MS
  expect(ben.knows(ada)).toBe(null)
  expect(ben.hears(ada, first)).toBe(false)
  expect(ben.hears(ada, second)).toBe(true)
  nowMs += 30 * DAY_MS
  ben.contacts.expire()
  expect(ben.database.prepare('SELECT count(*) AS count FROM people_shown').get()).toEqual({ count: 0 })
})

test('after a restart, the key is opened before anything is shown, and a locked one shows nothing', async () => {
  const [ada, ben] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  ada.open()
  expect(ada.says(ben)).toEqual({})
  await Promise.resolve()
  expect(ada.says(ben).did).toBe(ada.pair.did)
  ada.open()
  ada.isLocked = true
  ada.says(ben)
  await Promise.resolve()
  expect(ada.says(ben)).toEqual({})
  await expect(ada.contacts.change(ben.name, { showDid: true })).rejects.toMatchObject({ code: 'locked' })
  // It is retried.
  ada.isLocked = false
  nowMs += 60_000
  ada.says(ben)
  await Promise.resolve()
  expect(ada.says(ben).did).toBe(ada.pair.did)
})

test('it is withdrawn by the user, and by a new key of either node or of the person', async () => {
  const [ada, ben, cleo] = await three()
  const show = async () => {
    await ada.contacts.change(ben.name, { showDid: true })
    ben.hears(ada)
    expect(ben.knows(ada)).toBe(ada.pair.did)
  }
  await show()
  await ada.contacts.change(ben.name, { showDid: false })
  ben.hears(ada)
  expect(ben.knows(ada)).toBe(null)

  await show()
  const before = ada.key
  ada.key = networkKey(new Uint8Array(32).fill(9))
  expect([ada.says(ben), ada.contacts.claimsFor(ben.name, before)]).toEqual([{}, {}])
  // The old connection does not learn the new key.
  await ada.contacts.change(ben.name, { showDid: true })
  expect(ada.contacts.claimsFor(ben.name, before)).toEqual({})
  await show()

  ada.pair = cleo.pair
  expect(ada.says(ben)).toEqual({})
  expect(ada.contacts.view(ben.name).showsDid).toBe(false)
  await show()

  ben.key = networkKey(new Uint8Array(32).fill(8))
  expect([ben.knows(ada), ada.says(ben)]).toEqual([null, {}])
})

test('a person is a contact only if the user chose the node that shows it', async () => {
  const [ada, ben, cleo] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  await ada.contacts.change(cleo.name, { showDid: true })
  ben.hears(ada)
  cleo.hears(ada)
  const person = ada.pair.publicKey
  expect(ben.contacts.contactOf(person)).toBe(null)
  await ben.contacts.change(ada.name, { name: 'Ada' })
  await cleo.contacts.change(ada.name, { showDid: true })
  expect(ben.contacts.contactOf(person)).toMatchObject({ name: 'Ada' })
  expect(cleo.contacts.contactOf(person)).toMatchObject({ name: null, showsDid: true })
  expect(ben.contacts.contactOf(ben.pair.publicKey)).toBe(null)
  await ben.contacts.change(ada.name, { name: null })
  expect(ben.contacts.contactOf(person)).toBe(null)
  nowMs += 31 * DAY_MS
  expect(cleo.contacts.contactOf(person)).toBe(null)
})

test('strangers fill the catalogue up to a limit, and push no contact out', async () => {
  const [ada, ben] = await three()
  await ada.contacts.change(ben.name, { showDid: true })
  ben.hears(ada)
  await ben.contacts.change(ada.name, { name: 'Ada' })
  const add = ben.database.prepare('INSERT INTO people_shown VALUES (?, ?, ?, ?, ?)')
  const expires = nowMs / 1000 + 30 * 86_400
  ben.database.transaction(() => {
    for (let i = 0; i < 5000; i++)
      add.run(`stranger ${i}`, ben.name, Buffer.from([1]), Buffer.from([2]), expires)
  })
  const cleo = await TestNode.start(3)
  await cleo.contacts.change(ben.name, { showDid: true })
  expect(ben.hears(cleo)).toBe(true)
  expect(ben.database.prepare('SELECT count(*) AS count FROM people_shown').get()).toEqual({ count: 5000 })
  expect(ben.knows(ada)).toBe(ada.pair.did)
})
