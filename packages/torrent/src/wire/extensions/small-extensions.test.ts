import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { encodeDontHave, encodeUploadOnly, parseDontHave, parseUploadOnly } from './small-extensions.ts'

describe('lt_donthave and upload_only', () => {
  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.boolean(), (piece, uploadOnly) => {
        expect(parseDontHave(encodeDontHave(piece))).toBe(piece)
        expect(parseUploadOnly(encodeUploadOnly(uploadOnly))).toBe(uploadOnly)
      }),
    )
    expect(hex(encodeDontHave(258))).toBe('00000102')
  })

  it('reject payloads of a wrong size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 10 }), payload => {
        if (payload.length !== 4) expect(() => parseDontHave(payload)).toThrow(ShoalError)
        if (payload.length !== 1) expect(() => parseUploadOnly(payload)).toThrow(ShoalError)
      }),
    )
  })
})
