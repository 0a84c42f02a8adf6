import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { KeyPair } from '@shoal/identity'
import {
  type Device,
  type DeviceHistory,
  LIST_LIFE_SECONDS,
  signNextDevices,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { hex } from '@shoal/torrent/base'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwners } from '../table-owners.ts'
import { PersonDevices } from './person-devices.ts'

const [ROOT, NEXT, LAST, OTHER] = Array.from({ length: 4 }, () => KeyPair.generate()) as [
  KeyPair,
  KeyPair,
  KeyPair,
  KeyPair,
]
const NOW = 1_800_000_000
const device = (name: string): Device => ({
  ...{ name, kind: 'terminal', added: NOW },
  loginKey: KeyPair.generate().publicKey,
  messageKey: KeyPair.generate().publicKey,
})
const [LAPTOP, PHONE] = [device('laptop'), device('phone')]
const sign = (
  history: DeviceHistory | null,
  devices: readonly Device[],
  signer = ROOT,
  successor?: KeyPair,
) =>
  signNextDevices(
    history,
    { devices, unixSeconds: NOW, ...(successor && { successor: successor.publicKey }) },
    signer,
  )
const first = sign(null, [LAPTOP], ROOT, NEXT)
const second = sign(first, [LAPTOP, PHONE])
const third = sign(second, [LAPTOP])

let folder: string
let now: number
let database: Database
let warnings: string[]
let changes: number
let person: PersonDevices
const reopen = () => new PersonDevices(database, () => now, { warn: text => warnings.push(text) })
const accept = (history: DeviceHistory) => person.accept(writeDeviceHistory(history))
const refusal = (history: DeviceHistory) => {
  try {
    accept(history)
  } catch (error) {
    return (error as { code: string }).code
  }
}
const alarms = () => person.alarms.map(({ kind }) => kind)
const accepts = ({ loginKey }: Device, did = ROOT.did) => person.accepts(did, hex(loginKey))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-devices-'))
  now = 1000 * NOW
  warnings = []
  changes = 0
  database = await Database.open(join(folder, 'catalogue.db'), tableOwners(), CATALOGUE)
  person = reopen()
  person.onChanged(() => changes++)
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

test('devices of the newest list can log in, after a restart, too', () => {
  expect([person.did, accepts(LAPTOP)]).toEqual([null, false])
  accept(second)
  expect([person.did, changes]).toEqual([ROOT.did, 1])
  expect([accepts(LAPTOP), accepts(PHONE), accepts(device('x')), accepts(LAPTOP, OTHER.did)]).toEqual([
    ...[true, true, false, false],
  ])
  accept(third)
  person = reopen()
  expect([accepts(LAPTOP), accepts(PHONE)]).toEqual([true, false])
  expect(alarms()).toEqual([])
})

test('nobody can log in with a list that has expired, which is announced before', () => {
  accept(first)
  expect(person.problems).toEqual([])
  now = 1000 * (NOW + LIST_LIFE_SECONDS - 86_400)
  expect(accepts(LAPTOP)).toBe(true)
  expect(person.problems).toEqual([expect.stringContaining('expires on')])
  now += 86_400_000
  expect(accepts(LAPTOP)).toBe(false)
  expect(person.problems).toEqual([expect.stringContaining('expired on')])
})

test('the end of a list is reported once', () => {
  accept(first)
  person = reopen()
  person.onChanged(() => changes++)
  now = 1000 * (NOW + LIST_LIFE_SECONDS) - 1
  person.tick()
  expect(changes).toBe(1)
  now += 1
  person.tick()
  person.tick()
  expect(changes).toBe(2)
})

describe('is announced and changes nothing:', () => {
  test('a list that goes backwards', () => {
    accept(third)
    expect(refusal(second)).toBe('bad-device-list')
    expect([alarms(), accepts(PHONE), changes]).toEqual([['older'], false, 1])
    expect(reopen().problems).toEqual([expect.stringContaining('older than the known one')])
  })

  test('a list that forks', () => {
    accept(second)
    expect(refusal(sign(first, [device('thief')]))).toBe('bad-device-list')
    expect(refusal(sign(sign(first, [device('thief')]), [device('thief')]))).toBe('bad-device-list')
    expect([alarms(), accepts(PHONE), changes]).toEqual([['forked'], true, 1])
    expect(person.problems[0]).toContain('devices rotate')
    person.dismissAlarms()
    expect([alarms(), person.problems]).toEqual([[], []])
  })
})

test('the successor takes over from a thief of the root key, which is announced', () => {
  const thief = device('thief')
  accept(sign(sign(first, [thief]), [thief]))
  accept(sign(second, [LAPTOP], NEXT, LAST))
  expect([accepts(LAPTOP), accepts(thief), alarms()]).toEqual([true, false, ['rotated']])
  expect(refusal(sign(sign(first, [thief]), [thief]))).toBe('bad-device-list')
  expect(accepts(thief)).toBe(false)
})

test('a list without a change is accepted quietly', () => {
  accept(second)
  accept(second)
  expect([changes, alarms()]).toEqual([1, []])
})

test('another person is refused until the first one is forgotten', () => {
  accept(first)
  const stranger = sign(null, [PHONE], OTHER, NEXT)
  expect(refusal(stranger)).toBe('conflict')
  person.forget()
  expect([person.did, accepts(LAPTOP), changes]).toEqual([null, false, 2])
  accept(stranger)
  expect(reopen().did).toBe(OTHER.did)
})

test('forged lists are refused', () => {
  const { lists, devices } = writeDeviceHistory(second)
  const bytes = Buffer.from(lists[1]!, 'base64url')
  bytes[bytes.length - 1]! ^= 1
  const forged = { lists: [lists[0]!, bytes.toString('base64url')], devices }
  expect(() => person.accept(forged)).toThrow(expect.objectContaining({ code: 'bad-device-list' }))
  expect(() => person.accept({ lists: lists.slice(1), devices })).toThrow(/first list is missing/)
  expect([person.did, alarms()]).toEqual([null, []])
})

test('damaged lists in the catalogue do not keep the node from starting', () => {
  accept(second)
  database.prepare('UPDATE device_history SET history = ?').run('{')
  expect([reopen().did, warnings.length]).toEqual([null, 1])
})
