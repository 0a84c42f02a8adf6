import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { drawQr, MAX_QR_BYTES, shortMagnet } from './qr-path.ts'

/** Which modules a path fills. */
function filled(path: string): Set<string> {
  const modules = new Set<string>()
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let each = 0; each < Number(length); each++) modules.add(`${Number(x) + each},${y}`)
  }
  return modules
}

test('the path fills the dark modules of the code, and no others', () => {
  const text = 'magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567'
  const { data } = encode(text, { ecc: 'M', border: 4 })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x},${y}`] : [])))
  expect(filled(drawQr(text)!.path)).toEqual(new Set(dark))
})

test('a text too long for a camera gives no code', () => {
  expect(drawQr('a'.repeat(MAX_QR_BYTES + 1))).toBeNull()
  expect(drawQr('a'.repeat(MAX_QR_BYTES))).not.toBeNull()
})

test('a long magnet loses trackers, never its hashes', () => {
  const hashes = `magnet:?xt=urn:btih:${'a'.repeat(40)}&xt=urn:btmh:1220${'b'.repeat(64)}`
  const long = `${hashes}&dn=name${'&tr=https%3A%2F%2Ftracker.example%2Fannounce'.repeat(40)}`
  const short = shortMagnet(long)
  expect(short.startsWith(`${hashes}&dn=name&tr=`)).toBe(true)
  expect(short.length).toBeLessThanOrEqual(MAX_QR_BYTES / 2)
  expect(shortMagnet(hashes)).toBe(hashes)
})
