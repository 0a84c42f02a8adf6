import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import { decode, encode } from 'cborg'
import { describe, expect, it } from 'vitest'
import { thrownCode } from '../testing/thrown-code.ts'
import {
  deviceHash,
  didOf,
  encodeDevice,
  isCurrent,
  LIST_LIFE_SECONDS,
  MAX_DEVICES,
  MAX_LIST_BYTES,
  readDevice,
  readDeviceList,
  signDeviceList,
  successorOf,
} from './device-list.ts'
import { signCbor } from './signed-cbor.ts'
import { NOW, nextList, testDevice, testKey } from './testing/person.ts'

const ROOT = testKey(1)
const NEXT = testKey(2)
const PURPOSE = 'shoal/device-list/1'

describe('a device list', () => {
  it('is read as it was signed', () => {
    const signed = nextList(null, ROOT, NEXT, [testDevice(1), testDevice(2, { kind: 'browser' })])
    const { list, hash } = readDeviceList(signed.bytes)
    expect({ list, hash }).toEqual({ list: signed.list, hash: signed.hash })
    expect(list).toMatchObject({ sequence: 0, previous: null, issued: NOW })
    expect(didOf(list)).toBe(ROOT.did)
    expect(list.devices).toHaveLength(2)
    expect(list.devices[0]).toEqual(deviceHash(encodeDevice(testDevice(1))))
  })

  it('is COSE_Sign1 that another implementation verifies', () => {
    const { bytes } = nextList(null, ROOT, NEXT)
    const [header, unprotected, payload, signature] = decode(bytes)
    expect(Buffer.from(header).toString('hex')).toBe('a10127')
    expect(unprotected).toEqual({})
    const signed = encode(['Signature1', header, new TextEncoder().encode(PURPOSE), payload])
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), ROOT.publicKey])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    expect(nodeVerify(null, signed, key, signature)).toBe(true)
  })

  it('with the most devices fits, and with more is refused', () => {
    const devices = Array.from({ length: MAX_DEVICES + 1 }, (_, at) => testDevice(at))
    expect(nextList(null, ROOT, NEXT, devices.slice(1)).bytes.length).toBeLessThan(MAX_LIST_BYTES)
    expect(thrownCode(() => nextList(null, ROOT, NEXT, devices))).toBe('bad-argument')
    expect(thrownCode(() => nextList(null, ROOT, NEXT, [devices[0]!, devices[0]!]))).toBe('bad-argument')
  })

  it('is refused if any byte is changed, left out or added', () => {
    const { bytes } = nextList(null, ROOT, NEXT)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(thrownCode(() => readDeviceList(changed))).toBe('bad-device-list')
    }
    for (const length of [0, 1, bytes.length - 1])
      expect(thrownCode(() => readDeviceList(bytes.subarray(0, length)))).toBe('bad-device-list')
    expect(thrownCode(() => readDeviceList(Uint8Array.of(...bytes, 0)))).toBe('bad-device-list')
    expect(thrownCode(() => readDeviceList(new Uint8Array(100_000)))).toBe('bad-device-list')
  })

  it('is refused if it was signed for another purpose', () => {
    const { bytes, list } = nextList(null, ROOT, NEXT)
    const { person, sequence, previous, root, successor, issued, expires, devices } = list
    const content = [1, person, sequence, previous, root, successor, issued, expires, devices]
    expect(signCbor(content, PURPOSE, ROOT)).toEqual(bytes)
    expect(thrownCode(() => readDeviceList(signCbor(content, 'shoal/profile/1', ROOT)))).toBe(
      'bad-device-list',
    )
  })

  it('is refused with members outside their limits, although its signature is right', () => {
    const { list } = nextList(null, ROOT, NEXT)
    const change = (changes: object) => {
      const all = { ...list, version: 1, ...changes }
      const { version, person, sequence, previous, root, successor, issued, expires, devices } = all
      const content = [version, person, sequence, previous, root, successor, issued, expires, devices]
      return thrownCode(() => readDeviceList(signCbor(content, PURPOSE, ROOT)))
    }
    expect(change({})).toBeUndefined()
    const wrong = [
      { version: 2 },
      { sequence: -1 },
      { sequence: 1 },
      { sequence: '0' },
      { previous: new Uint8Array(32) },
      { person: new Uint8Array(32) },
      { person: NEXT.publicKey },
      { successor: new Uint8Array(31) },
      { expires: NOW },
      { expires: NOW + 400 * 86_400 },
      { issued: 'now' },
      { devices: null },
      { devices: [new Uint8Array(31)] },
      { devices: [new Uint8Array(32), new Uint8Array(32)] },
    ]
    for (const changes of wrong)
      expect({ changes, code: change(changes) }).toMatchObject({ code: 'bad-device-list' })
  })

  it('is current until it expires', () => {
    const { list } = nextList(null, ROOT, NEXT)
    expect(isCurrent(list, NOW + LIST_LIFE_SECONDS - 1)).toBe(true)
    expect(isCurrent(list, NOW + LIST_LIFE_SECONDS)).toBe(false)
  })

  it('is followed only by one of the same key with the same successor, or of the successor', () => {
    const first = nextList(null, ROOT, NEXT)
    expect(nextList(first, ROOT, NEXT).list).toMatchObject({ sequence: 1, previous: first.hash })
    const taken = nextList(first, NEXT, testKey(3)).list
    expect(taken.person).toEqual(ROOT.publicKey)
    expect(taken.root).toEqual(NEXT.publicKey)
    expect(taken.successor).toEqual(successorOf(testKey(3).publicKey))
    expect(thrownCode(() => nextList(first, ROOT, testKey(3)))).toBe('bad-argument')
    expect(thrownCode(() => nextList(first, testKey(3), testKey(4)))).toBe('bad-argument')
  })
})

describe('the description of a device', () => {
  it('is read as it was written', () => {
    const device = testDevice(1, { name: 'Läptop 👩‍💻', kind: 'terminal' })
    expect(readDevice(encodeDevice(device))).toEqual(device)
  })

  it('has a name that is not empty, too long or misleading', () => {
    for (const name of ['', 'x'.repeat(65), 'a\nb', 'a\u202eb', 'a\u0000'])
      expect(thrownCode(() => encodeDevice(testDevice(1, { name })))).toBe('bad-argument')
    expect(encodeDevice(testDevice(1, { name: 'x'.repeat(64) })).length).toBeLessThan(200)
  })

  it('is refused in another form', () => {
    const bytes = encodeDevice(testDevice(1))
    for (const other of [
      new Uint8Array(0),
      bytes.subarray(1),
      Uint8Array.of(...bytes, 0),
      new Uint8Array(9999),
    ])
      expect(thrownCode(() => readDevice(other))).toBe('bad-device-list')
  })
})

it('a list cannot be signed with a life that is too long', () => {
  const content = { successor: successorOf(NEXT.publicKey), issued: NOW, devices: [] }
  const sign = (expires: number) => () => signDeviceList({ ...content, expires }, null, ROOT)
  expect(thrownCode(sign(NOW + 365 * 86_400))).toBeUndefined()
  expect(thrownCode(sign(NOW + 366 * 86_400))).toBe('bad-argument')
})
