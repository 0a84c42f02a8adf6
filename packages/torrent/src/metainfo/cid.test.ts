import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha1, sha256 } from '#crypto'
import { base32, fromHex } from '../base/bytes.ts'
import { type Cid, fileCid, parseCid, torrentCid } from './cid.ts'

// IDs of the hashes of zero bytes, assembled by hand from the multiformats tables.
const V2 = 'baf5reihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const V1 = 'baf5rcfg2hgr64xtljmgtevn756kwageqv7maoci'
const FILE = 'bafkyf3qcedr3brcctd6byfe27p2mrglpxescplsb4rsjxe2muskzsg3ykk4fk'
const V2_BASE16 = 'f017b1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const v1 = new Uint8Array(sha1(new Uint8Array(0)))
const v2 = new Uint8Array(sha256(new Uint8Array(0)))

describe('content IDs', () => {
  it('follow the multiformats tables and prefer v2', () => {
    expect(torrentCid({ v2 })).toBe(V2)
    expect(torrentCid({ v1 })).toBe(V1)
    expect(torrentCid({ v1, v2 })).toBe(V2)
    expect(fileCid(v2)).toBe(FILE)
    expect(() => torrentCid({})).toThrow(expect.objectContaining({ code: 'bad-info-hash' }))
  })

  it('are parsed in base32 and base16 of either case', () => {
    expect(parseCid(V2)).toEqual({ kind: 'torrent', infoHashes: { v2 } })
    expect(parseCid(V1)).toEqual({ kind: 'torrent', infoHashes: { v1 } })
    expect(parseCid(FILE)).toEqual({ kind: 'file', piecesRoot: v2 })
    expect(parseCid(V2.toUpperCase())).toEqual(parseCid(V2))
    expect(parseCid(V2_BASE16)).toEqual(parseCid(V2))
  })

  it.each([
    ['', 'malformed'],
    ['b', 'malformed'],
    [V2.slice(0, -2), 'wrong length'],
    [`${V2}aaaa`, 'wrong length'],
    [V2.replace('baf', 'b1f'), 'malformed'],
    ['QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWzU8hN', 'malformed'],
    // A CID of a plain file in IPFS.
    ['bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', 'neither'],
    ['b'.repeat(100_000), 'malformed'],
    ['f027b1220', 'not version 1'],
    ['f01fb001220', 'malformed'],
    ['f01ffffffffff', 'malformed'],
  ])('refuse %j', (text, message) => {
    expect(() => parseCid(text)).toThrow(expect.objectContaining({ code: 'bad-info-hash' }))
    expect(() => parseCid(text)).toThrow(message)
  })

  it('are parsed or rejected with bad-info-hash for any bytes', () => {
    const heads = fc.constantFrom('017b1220', '017b1114', '015582ee0220', '').map(head => fromHex(head)!)
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 40 }), (head, bytes) => {
        const text = `b${base32(Uint8Array.from([...head, ...bytes]))}`
        let cid: Cid
        try {
          cid = parseCid(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-info-hash' })
          return
        }
        expect(cid.kind === 'file' ? fileCid(cid.piecesRoot) : torrentCid(cid.infoHashes)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})
