import fc from 'fast-check'
import { expect, test } from 'vitest'
import { png } from '../testing/hub-with-members.ts'
import { readPicture } from './pictures.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const JPEG = bytes(
  'ffd8 ffe0 0010 4a464946 0001 0100 0001 0001 0000 ffc0 0011 08 0040 0020 03 011100 021101 031101 ffd9',
)
const GIF = bytes('474946383961 0100 0100 000000')
const WEBP = bytes(
  '52494646 1a000000 57454250 5650384c 0d000000 2f 1f c0 0f 00 00 00 00 00 00 00 00 00 00 00 00',
)

test('the type of a picture is that of its bytes', () => {
  expect(readPicture(png(32, 64)).type).toBe('image/png')
  expect(readPicture(JPEG).type).toBe('image/jpeg')
  expect(readPicture(WEBP).type).toBe('image/webp')
})

test('pictures of other kinds, without pixels or with too many are refused', () => {
  const text = (value: string) => new TextEncoder().encode(value)
  const wrong = [
    ...[GIF, text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), text('<html>')],
    ...[
      new Uint8Array(0),
      png(2049, 1),
      png(1, 2049),
      png(0, 1),
      png(2 ** 31, 2 ** 31),
      png(9, 9).subarray(0, 20),
    ],
  ]
  for (const each of wrong)
    expect(() => readPicture(each)).toThrow(expect.objectContaining({ code: 'bad-picture' }))
  const large = new Uint8Array(131_073)
  large.set(png(9, 9))
  expect(() => readPicture(large)).toThrow(expect.objectContaining({ code: 'too-large' }))
})

test('any bytes are read, in the time of a test', () => {
  const heads = [png(9, 9), JPEG, WEBP, bytes('0000001c 66747970 61766966 00000000')]
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(50),
      (head, noise, at) => {
        const mixed = Buffer.concat([head.subarray(0, at), noise])
        try {
          readPicture(new Uint8Array(mixed))
        } catch (error) {
          expect((error as { code: string }).code).toBe('bad-picture')
        }
      },
    ),
    { numRuns: 3000 },
  )
})
