import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../base/bytes.ts'
import { formatMutableMagnet, isMutableMagnet, parseMutableMagnet } from './mutable-magnet.ts'

/** BEP 46, "Test Vectors". */
const KEY = '8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e'

describe('parseMutableMagnet', () => {
  it('reads the key and the salt', () => {
    expect(parseMutableMagnet(`magnet:?xs=urn:btpk:${KEY}`).salt).toHaveLength(0)
    const { publicKey, salt } = parseMutableMagnet(
      ` MAGNET:?dn=x&amp;xs=urn:btpk:${KEY.toUpperCase()}&s=6e\n`,
    )
    expect(hex(publicKey)).toBe(KEY)
    expect(salt).toEqual(Uint8Array.of(0x6e))
  })

  it.each([
    [`magnet:?xs=urn:btpk:${KEY.slice(2)}`, /64/],
    [`magnet:?xs=urn:btpk:${KEY}00`, /64/],
    [`magnet:?xs=urn:btpk:`, /64/],
    [`magnet:?xs=urn:btpk:${KEY}&s=6`, /salt/],
    [`magnet:?xs=urn:btpk:${KEY}&s=xx`, /salt/],
    [`magnet:?xs=urn:btpk:${KEY}&s=${'00'.repeat(65)}`, /salt/],
    [`magnet:?xt=urn:btih:${KEY.slice(24)}`, /BEP 46/],
    [`https://example.org/?xs=urn:btpk:${KEY}`, /BEP 46/],
    [`magnet:?xs=urn:btpk:${KEY}&${'x'.repeat(5000)}`, /longer/],
  ])('rejects %.60s', (text, why) => {
    expect(() => parseMutableMagnet(text)).toThrow(expect.objectContaining({ code: 'bad-magnet' }))
    expect(() => parseMutableMagnet(text)).toThrow(why)
  })

  it('reads what formatMutableMagnet writes', () => {
    const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
    fc.assert(
      fc.property(bytes(32, 32), bytes(0, 64), (publicKey, salt) => {
        const link = formatMutableMagnet({ publicKey, salt })
        expect(isMutableMagnet(link)).toBe(true)
        expect(parseMutableMagnet(link)).toEqual({ publicKey, salt })
      }),
    )
  })

  it('throws nothing but bad-magnet', () => {
    const parts = fc.array(
      fc.constantFrom('magnet:?', 'xs=urn:btpk:', KEY, '&', 's=', 'amp;', '6e', '%', ' '),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map(all => all.join('')),
        ),
        text => {
          try {
            parseMutableMagnet(text)
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad-magnet' })
          }
        },
      ),
    )
  })
})
