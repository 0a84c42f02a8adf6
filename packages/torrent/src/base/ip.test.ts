import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalIp, formatHostPort, formatIp, isIpv4, isIpv6, parseHostPort, parseIp } from './ip.ts'

const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
const v6 = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map(groups => Uint8Array.from(groups.flatMap(group => [group >>> 8, group & 255])))

describe('IP literals', () => {
  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), bytes => {
        expect(parseIp(formatIp(bytes))).toEqual(bytes)
      }),
    )
  })

  it('are recognized as node:net recognizes them', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '::',
        ':',
        '.',
        '0',
        '00',
        '255',
        '256',
        '1.2.3.4',
        'ffff',
        'abcde',
        'G',
        '%',
        ' ',
        '-1',
      ),
      fc.nat(999).map(String),
    )
    const texts = fc.oneof(
      fc.array(part, { maxLength: 12 }).map(parts => parts.join('')),
      fc.array(part, { maxLength: 9 }).map(parts => parts.join(':')),
      fc.array(part, { minLength: 3, maxLength: 5 }).map(parts => parts.join('.')),
      fc.ipV6(),
      fc.ipV4(),
    )
    fc.assert(
      fc.property(texts, text => {
        fc.pre(!text.includes('%'))
        expect(parseIp(text)?.length ?? 0).toBe({ 0: 0, 4: 4, 6: 16 }[isIP(text)])
      }),
      { numRuns: 2000 },
    )
  })

  it('are formatted as the URL standard formats them', () => {
    fc.assert(
      fc.property(v6, bytes => {
        fc.pre(!formatIp(bytes).startsWith('::ffff:'))
        expect(`[${formatIp(bytes)}]`).toBe(new URL(`http://[${formatIp(bytes)}]`).hostname)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::FFFF:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['1.2.3.4', '1.2.3.4'],
  ])('%s becomes %s', (text, expected) => {
    expect(canonicalIp(text)).toBe(expected)
  })

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    'fe80::1%eth0',
  ])('reject %j', text => expect(canonicalIp(text)).toBeNull())

  it.each(['1.2.3', '01.2.3.4', '1.2.3.256', '1.2.3.4.5', '0x1.2.3.4', ' 1.2.3.4', '1.2.3.4:80', '[::1]'])(
    'reject %j',
    text => expect(canonicalIp(text)).toBeNull(),
  )

  it('are either IPv4 or IPv6', () => {
    expect([isIpv4('1.2.3.4'), isIpv6('1.2.3.4')]).toEqual([true, false])
    expect([isIpv4('::1'), isIpv6('::1')]).toEqual([false, true])
    expect([isIpv4('a.example'), isIpv6('a:example')]).toEqual([false, false])
  })
})

describe('host:port', () => {
  it('survives a round trip', () => {
    const hosts = fc.oneof(
      v4.map(formatIp),
      v6.map(formatIp),
      fc.domain().map(name => name.toLowerCase()),
    )
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 65535 }), (host, port) => {
        expect(parseHostPort(formatHostPort(host, port))).toEqual({ host: canonicalIp(host) ?? host, port })
      }),
    )
  })

  it.each([
    ['Example.ORG:80', { host: 'example.org', port: 80 }],
    ['[2001:DB8::1]:6881', { host: '2001:db8::1', port: 6881 }],
    ['[::ffff:1.2.3.4]:1', { host: '1.2.3.4', port: 1 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
  ])('is parsed from %s', (text, expected) => {
    expect(parseHostPort(text)).toEqual(expected)
  })

  it.each([
    '',
    'a',
    'a:',
    ':80',
    'a:0',
    'a:65536',
    'a:80x',
    'a b:80',
    '::1:80',
    '[::1]',
    '[1.2.3.4]:80',
    '[a]:80',
    '1.2.3:80',
    '300.1.1.1:80',
    'user@a:80',
    'a/b:80',
    `${'a'.repeat(300)}:80`,
  ])('is not parsed from %j', text => {
    expect(parseHostPort(text)).toBeNull()
  })
})
