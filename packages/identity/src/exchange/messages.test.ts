import { describe, expect, test } from 'vitest'
import { encodeCbor } from '../devices/signed-cbor.ts'
import { thrownCode } from '../testing/thrown-code.ts'
import {
  decodePeopleRequest,
  decodePeopleResponse,
  EMPTY_RESPONSE,
  encodePeopleRequest,
  encodePeopleResponse,
  MAX_PEOPLE_MESSAGE_BYTES,
  NO_STATE,
} from './messages.ts'

describe('messages between contacts', () => {
  test('are read as they were written', () => {
    for (const request of [
      { known: NO_STATE, own: NO_STATE },
      { known: { lists: 3, profile: 7 }, own: { lists: 256, profile: Number.MAX_SAFE_INTEGER } },
    ])
      expect(decodePeopleRequest(encodePeopleRequest(request))).toEqual(request)
    const bytes = Uint8Array.of(1, 2, 3)
    for (const response of [
      EMPTY_RESPONSE,
      { certificate: bytes, count: 2, lists: [bytes, bytes], profile: { bytes, device: bytes } },
    ])
      expect(decodePeopleResponse(encodePeopleResponse(response))).toEqual(response)
  })

  test('are refused beyond their limits', () => {
    for (const wrong of [
      [],
      [2, 0, null, 0, null],
      [1, -1, null, 0, null],
      [1, 'x', null, 0, null],
      [1, 0, null, null, null],
    ])
      expect(thrownCode(() => decodePeopleRequest(encodeCbor(wrong)))).toBe('bad-message')
    const long = new Uint8Array(40_000)
    for (const wrong of [
      [1, long, 0, [], null, null],
      [1, null, 0, [long], null, null],
      [1, null, 0, [null], null, null],
      [1, null, 0, Array.from({ length: 257 }, () => new Uint8Array(1)), null, null],
      [1, null, 0, [], long, long],
      [1, null, 0, [], new Uint8Array(1), null],
      [1, null, 0, [], null, new Uint8Array(1)],
      [1, null, null, [], null, null],
    ])
      expect(thrownCode(() => decodePeopleResponse(encodeCbor(wrong)))).toBe('bad-message')
    for (const decode of [decodePeopleRequest, decodePeopleResponse])
      expect(thrownCode(() => decode(new Uint8Array(MAX_PEOPLE_MESSAGE_BYTES + 1)))).toBe('bad-message')
  })
})
