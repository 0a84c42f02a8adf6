import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { clientName } from './client-name.node.ts'
import { generatePeerId } from './peer-id.ts'

const name = (start: string) => clientName(fromLatin1(start.padEnd(20, 'x')))

describe('peer IDs', () => {
  it('are 20 printable bytes that start with our prefix and differ', () => {
    const random = seededRandom(1)
    const ids = Array.from({ length: 100 }, () => latin1(generatePeerId(random)))
    for (const id of ids) expect(id).toMatch(/^-SH0100-[0-9A-Za-z_-]{12}$/)
    expect(new Set(ids).size).toBe(100)
  })

  it.each([
    ['-SH0100-', 'Shoal 0.1.0'],
    ['-TR2940-', 'Transmission 2.94'],
    ['-TR3000-', 'Transmission 3.00'],
    ['-TR4060-', 'Transmission 4.0.6'],
    ['-TR405B-', 'Transmission 4.0.5'],
    ['-LT20B0-', 'libtorrent 2.0.11'],
    ['-LT2080-', 'libtorrent 2.0.8'],
    ['-lt0D80-', 'rTorrent 0.13.8'],
    ['-qB4650-', 'qBittorrent 4.6.5'],
    ['-UT355W-', 'µTorrent 3.5.5'],
    ['-DE211s-', 'Deluge 2.1.1'],
    ['-AZ2060-', 'Azureus 2.0.6'],
    ['-BI3500-', 'BiglyBT 3.5.0'],
    ['-WW0102-', 'WebTorrent 1.2'],
    ['-WW0207-', 'WebTorrent 2.7'],
    ['-WD0024-', 'WebTorrent Desktop 0.24'],
    ['A2-1-36-0-', 'aria2 1.36.0'],
    ['M4-20-8-', 'BitTorrent 4.20.8'],
    ['M4-3-6--', 'BitTorrent 4.3.6'],
    ['Q1-10-0-', 'Queen Bee 1.10.0'],
    ['S58B-----', 'Shadow 5.8.11'],
    ['T03I-----', 'BitTornado 0.3.18'],
    ['-ML2.7.2-', 'MLdonkey 2.7.2'],
    ['XBT054d-', 'XBT 0.5.4'],
    ['exbc\x00\x38', 'BitComet 0.56'],
    ['exbc\x01\x00LORD', 'BitLord 1.00'],
    ['OP7685', 'Opera build 7685'],
    ['AZ2500BT', 'BitTyrant 1.1'],
    ['\x00\x03BS', 'BitSpirit 3'],
    ['-ZZ1234-', 'Unknown'],
    ['-__proto', 'Unknown'],
  ])('%j is recognized as %s', (start, expected) => {
    expect(name(start)).toBe(expected)
  })

  it('give a name that is safe to display, whatever the bytes', () => {
    const starts = fc.constantFrom('-TR', '-UT', '-WW', 'M', 'S', 'A2-', '-ML', 'exbc', 'XBT', '\0', '-')
    fc.assert(
      fc.property(fc.oneof(fc.constant(''), starts), fc.uint8Array({ maxLength: 20 }), (start, rest) => {
        expect(clientName(fromLatin1(start + latin1(rest)))).toMatch(/^[\wµ !:/~.-]{1,40}$/)
      }),
      { numRuns: 1000 },
    )
  })
})
