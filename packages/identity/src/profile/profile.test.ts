import { describe, expect, test } from 'vitest'
import { encodeDevice } from '../devices/device-list.ts'
import { signCbor } from '../devices/signed-cbor.ts'
import { nextList, testDevice, testKey } from '../devices/testing/person.ts'
import { thrownCode } from '../testing/thrown-code.ts'
import { MAX_PICTURE_BYTES, readPicture } from './picture.ts'
import { MAX_PROFILE_BYTES, readProfile, signProfile } from './profile.ts'
import { jpegOf, pngOf, webpOf } from './testing/pictures.ts'

const [ROOT, NEXT] = [testKey(1), testKey(2)]
const DEVICE = testDevice(1)
/** The key of `testDevice(1)` that signs profiles. */
const SIGNER = testKey(2001)
const { list } = nextList(null, ROOT, NEXT, [DEVICE, testDevice(2)])
const from = { list, device: DEVICE, signer: SIGNER }
const described = encodeDevice(DEVICE)

describe('a profile', () => {
  test('is read as it was signed', () => {
    const picture = pngOf(256, 256)
    const { bytes, device } = signProfile({ name: 'Ada 👩‍💻', picture }, 7, from)
    const { profile } = readProfile(bytes, device, list)
    expect(profile).toEqual({
      ...{ person: ROOT.publicKey, version: 7, name: 'Ada 👩‍💻', picture, pictureType: 'image/png' },
    })
  })

  test('may be empty, which withdraws the one before', () => {
    const { profile } = signProfile({ name: null, picture: null }, 8, from)
    expect([profile.name, profile.picture, profile.pictureType]).toEqual([null, null, null])
  })

  test('fits its limit with the largest picture and name', () => {
    const picture = new Uint8Array(MAX_PICTURE_BYTES)
    picture.set(pngOf(512, 512))
    const { bytes } = signProfile({ name: 'ä'.repeat(32), picture }, Number.MAX_SAFE_INTEGER, from)
    expect(bytes.length).toBeLessThanOrEqual(MAX_PROFILE_BYTES)
  })

  test('is signed by a device of the list only', () => {
    const stranger = { list, device: testDevice(3), signer: testKey(2003) }
    expect(thrownCode(() => signProfile({ name: 'Eve', picture: null }, 1, stranger))).toBe('bad-argument')
    // Neither the root key nor the login key of the device.
    for (const signer of [ROOT, testKey(1001), testKey(2002)])
      expect(thrownCode(() => signProfile({ name: 'Eve', picture: null }, 1, { ...from, signer }))).toBe(
        'bad-argument',
      )
  })

  test('ends with the device that signed it', () => {
    const { bytes, device } = signProfile({ name: 'Ada', picture: null }, 1, from)
    const without = nextList(null, ROOT, NEXT, [testDevice(2)]).list
    expect(thrownCode(() => readProfile(bytes, device, without))).toBe('bad-profile')
    const ofEve = nextList(null, testKey(9), NEXT, [DEVICE]).list
    expect(thrownCode(() => readProfile(bytes, device, ofEve))).toBe('bad-profile')
  })

  test('is refused when it was changed, or is out of its limits', () => {
    const { bytes } = signProfile({ name: 'Ada', picture: null }, 1, from)
    for (let at = 0; at < bytes.length; at++)
      expect(thrownCode(() => readProfile(bytes.with(at, bytes[at]! ^ 1), described, list))).toBe(
        'bad-profile',
      )
    const sign = (payload: Parameters<typeof signCbor>[0], purpose = 'shoal/profile/1') =>
      signCbor(payload, purpose, SIGNER)
    const { publicKey: person } = ROOT
    const huge = new Uint8Array(MAX_PICTURE_BYTES + 1)
    huge.set(pngOf(8, 8))
    expect(thrownCode(() => readProfile(sign([1, person, 1, 'Ada', null]), described, list))).toBeUndefined()
    for (const wrong of [
      sign([1, person, 1, 'Ada', null], 'shoal/device-list/1'),
      sign([2, person, 1, 'Ada', null]),
      sign([1, person, -1, 'Ada', null]),
      sign([1, person, 1, '', null]),
      sign([1, person, 1, 'a'.repeat(65), null]),
      sign([1, person, 1, 'txt.exe\u202e', null]),
      sign([1, person, 1, 7, null]),
      sign([1, person, 1, 'Ada', 'picture']),
      sign([1, person, 1, 'Ada', huge]),
      sign([1, person, 1, 'Ada', pngOf(513, 8)]),
      sign([1, person, 1, 'Ada', new TextEncoder().encode('<svg onload="alert(1)"/>')]),
      sign([1, person, 1, 'Ada', null, null]),
      new Uint8Array(MAX_PROFILE_BYTES + 1),
    ])
      expect(thrownCode(() => readProfile(wrong, described, list))).toBe('bad-profile')
  })
})

describe('a picture', () => {
  test('is recognized by its bytes, with its size', () => {
    const facts = (bytes: Uint8Array) => Object.values(readPicture(bytes))
    expect(facts(pngOf(300, 200))).toEqual(['image/png', 300, 200])
    expect(facts(jpegOf(300, 200))).toEqual(['image/jpeg', 300, 200])
    for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const)
      expect([kind, ...facts(webpOf(300, 200, kind))]).toEqual([kind, 'image/webp', 300, 200])
  })

  test('may have no more pixels than a browser can easily hold', () => {
    for (const make of [
      pngOf,
      jpegOf,
      ...(['VP8 ', 'VP8L', 'VP8X'] as const).map(kind => (w: number, h: number) => webpOf(w, h, kind)),
    ]) {
      expect(thrownCode(() => readPicture(make(512, 512)))).toBeUndefined()
      expect(thrownCode(() => readPicture(make(513, 1)))).toBe('bad-picture')
      expect(thrownCode(() => readPicture(make(1, 16_000)))).toBe('bad-picture')
    }
    expect(thrownCode(() => readPicture(pngOf(0, 5)))).toBe('bad-picture')
    // Two headers of frames: programs differ in which one they use.
    const [small, large] = [jpegOf(8, 8), jpegOf(9000, 9000)]
    const both = Uint8Array.from([...small.subarray(0, -4), ...large.subarray(2)])
    expect(thrownCode(() => readPicture(both))).toBe('bad-picture')
  })

  test('is refused when it is cut off or something else', () => {
    for (const whole of [pngOf(9, 9), jpegOf(9, 9), webpOf(9, 9, 'VP8 ')])
      for (let end = 0; end < whole.length && end < 24; end++)
        expect(thrownCode(() => readPicture(whole.subarray(0, end)))).toBe('bad-picture')
    expect(thrownCode(() => readPicture(new TextEncoder().encode('GIF89a'.padEnd(50))))).toBe('bad-picture')
  })
})
