import { describe, expect, it } from 'vitest'
import { allowedFastSet } from './allowed-fast.ts'

const infoHash = new Uint8Array(20).fill(0xaa)

describe('allowedFastSet', () => {
  it('returns the sets of the examples in BEP 6', () => {
    const nine = [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]
    expect(allowedFastSet('80.4.4.200', infoHash, 1313, 7)).toEqual(nine.slice(0, 7))
    expect(allowedFastSet('80.4.4.200', infoHash, 1313, 9)).toEqual(nine)
  })

  it('returns the same set for all addresses of a network', () => {
    expect(allowedFastSet('80.4.4.1', infoHash, 1313)).toEqual(allowedFastSet('80.4.4.200', infoHash, 1313))
    expect(allowedFastSet('80.4.5.1', infoHash, 1313)).not.toEqual(allowedFastSet('80.4.4.1', infoHash, 1313))
    expect(allowedFastSet('::ffff:80.4.4.1', infoHash, 1313)).toEqual(
      allowedFastSet('80.4.4.1', infoHash, 1313),
    )
  })

  it('returns no more pieces than the torrent has, and none without an IPv4 address', () => {
    expect(allowedFastSet('80.4.4.200', infoHash, 3)).toEqual([0, 1, 2])
    expect(allowedFastSet('80.4.4.200', infoHash, 0)).toEqual([])
    expect(allowedFastSet('2001:db8::1', infoHash, 1313)).toEqual([])
    expect(allowedFastSet('somewhere', infoHash, 1313)).toEqual([])
    expect(new Set(allowedFastSet('80.4.4.200', infoHash, 11)).size).toBe(10)
  })

  it('rejects an info hash of another size', () => {
    expect(() => allowedFastSet('80.4.4.200', new Uint8Array(32), 9)).toThrow(/20 bytes/)
  })
})
