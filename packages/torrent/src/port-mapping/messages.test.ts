import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, fromLatin1, hex, utf8 } from '../base/bytes.ts'
import { EpochCheck } from './epoch.ts'
import { kindOfAddress, problemOfAddress } from './external-address.ts'
import { CONNECTION_TYPES, FIREWALL_TYPE, readDescription } from './igd-description.ts'
import { decodeNatPmp, encodeAddressRequest, encodeMapRequest } from './nat-pmp.ts'
import { decodePcp, encodeAnnounce, encodeMap } from './pcp.ts'
import { parseLocation, parseServiceUrl } from './router-url.ts'
import { parseRoutes4, parseRoutes6 } from './routes.ts'
import { decodeAnswer, encodeAction, UpnpError } from './soap.ts'
import { decodeSsdp, encodeSearch } from './ssdp.ts'
import { parseXml, textOf } from './xml.ts'

const NETWORK = {
  family: 4,
  name: 'eth0',
  address: '192.168.1.2',
  prefixLength: 24,
  gateway: '192.168.1.1',
} as const
const NETWORK6 = {
  family: 6,
  name: 'eth0',
  address: '2001:db8:1::2',
  prefixLength: 64,
  gateway: 'fe80::1%eth0',
} as const
const transport = fc.constantFrom('tcp' as const, 'udp' as const)
const anything = fc.uint8Array({ maxLength: 1200 })

describe('PCP', () => {
  const nonce = new Uint8Array(12).fill(0xab)

  it('encodes requests as in RFC 6887', () => {
    expect(hex(encodeAnnounce('192.168.1.2'))).toBe(`0200000000000000${'0'.repeat(20)}ffffc0a80102`)
    const map = {
      nonce,
      transport: 'tcp',
      internalPort: 6881,
      externalPort: 6882,
      externalAddress: '0.0.0.0',
    } as const
    expect(hex(encodeMap('2001:db8::1', 3600, map))).toBe(
      `0201000000000e1020010db8${'0'.repeat(23)}1${'ab'.repeat(12)}060000001ae11ae2${'0'.repeat(20)}ffff00000000`,
    )
  })

  it('decodes what a server answers', () => {
    const port16 = fc.integer({ min: 0, max: 65_535 })
    const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    const address = fc.constantFrom('1.2.3.4', '2001:db8::7', '0.0.0.0', '::')
    fc.assert(
      fc.property(
        transport,
        port16,
        port16,
        address,
        seconds,
        seconds,
        (kind, internal, external, ip, life, epoch) => {
          const map = {
            nonce,
            transport: kind,
            internalPort: internal,
            externalPort: external,
            externalAddress: ip,
          }
          const bytes = encodeMap('192.168.1.2', life, map)
          bytes[1]! |= 0x80
          bytes.set([epoch >>> 24, epoch >>> 16, epoch >>> 8, epoch], 8)
          bytes.fill(0, 12, 24)
          expect(decodePcp(bytes)).toEqual({ result: 0, lifetimeSeconds: life, epochSeconds: epoch, map })
        },
      ),
    )
  })

  it('recognizes a server of NAT-PMP, and ignores anything else', () => {
    expect(decodePcp(fromHex('0080000100000007')!)).toBe('unsupported-version')
    const answer = encodeAnnounce('192.168.1.2')
    expect(decodePcp(answer)).toBeNull()
    answer[1] = 0x80
    expect(decodePcp(answer)).toMatchObject({ result: 0 })
    expect(decodePcp(answer.subarray(0, 20))).toBeNull()
    expect(decodePcp(concat([answer, new Uint8Array(3)]))).toBeNull()
    expect(decodePcp(concat([answer, new Uint8Array(1100)]))).toBeNull()
    fc.assert(fc.property(anything, bytes => void decodePcp(bytes)))
  })
})

describe('NAT-PMP', () => {
  it('encodes requests as in RFC 6886', () => {
    expect(hex(encodeAddressRequest())).toBe('0000')
    const map = { transport: 'udp', internalPort: 6881, externalPort: 6882, lifetimeSeconds: 7200 } as const
    expect(hex(encodeMapRequest(map))).toBe('000100001ae11ae200001c20')
  })

  it('decodes what a router answers', () => {
    expect(decodeNatPmp(fromHex('0080000000000009cb007105')!)).toEqual({
      result: 0,
      epochSeconds: 9,
      externalAddress: '203.0.113.5',
    })
    expect(decodeNatPmp(fromHex('0082000000000009' + '1ae11ae200001c20')!)).toEqual({
      result: 0,
      epochSeconds: 9,
      map: { transport: 'tcp', internalPort: 6881, externalPort: 6882, lifetimeSeconds: 7200 },
    })
    expect(decodeNatPmp(fromHex('0080000200000009')!)).toEqual({ result: 2, epochSeconds: 9 })
    expect(decodeNatPmp(fromHex('0080000000000009')!)).toBeNull()
    expect(decodeNatPmp(fromHex('0000')!)).toBeNull()
    fc.assert(fc.property(anything, bytes => void decodeNatPmp(bytes)))
  })
})

describe('epoch', () => {
  it.each([
    ['the same pace', 100, 160, 60_000, true],
    ['a router that is a little slow', 100, 156, 60_000, true],
    ['a router that is a little fast', 100, 165, 60_000, true],
    ['a router that started again', 5000, 3, 60_000, false],
    ['a router that started again long ago', 100, 200, 3_600_000, false],
    ['a router whose clock jumped forward', 100, 5000, 60_000, false],
    ['an older answer that was overtaken', 100, 99, 100, true],
  ])('accepts or rejects %s', (_what, before, after, passedMs, continuous) => {
    const check = new EpochCheck()
    expect(check.accept(before, 1000)).toBe(true)
    expect(check.accept(after, 1000 + passedMs)).toBe(continuous)
    // Later counts are compared with the new one.
    expect(check.accept(after + 1, 2000 + passedMs)).toBe(true)
  })
})

describe('SSDP', () => {
  it('encodes searches as in the UPnP Device Architecture', () => {
    expect(new TextDecoder().decode(encodeSearch('upnp:rootdevice', 'ff02::c'))).toBe(
      'M-SEARCH * HTTP/1.1\r\nHOST: [ff02::c]:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n',
    )
  })

  it('decodes answers and announcements in any case and order', () => {
    const answer =
      'HTTP/1.1 200 OK\r\nLocation: http://192.168.1.1/d.xml\r\nst: a:b\r\nBOOTID.UPNP.ORG: 7\r\n\r\n'
    expect(decodeSsdp(fromLatin1(answer))).toEqual({
      kind: 'answer',
      type: 'a:b',
      location: 'http://192.168.1.1/d.xml',
      bootId: '7',
    })
    const notify = (event: string) => fromLatin1(`NOTIFY * HTTP/1.1\r\nNT: a:b\r\nNTS: ${event}\r\n\r\n`)
    expect(decodeSsdp(notify('ssdp:alive'))).toMatchObject({ kind: 'alive', type: 'a:b' })
    expect(decodeSsdp(notify('ssdp:byebye'))).toMatchObject({ kind: 'gone', type: 'a:b' })
    expect(decodeSsdp(notify('upnp:event'))).toBeNull()
    expect(decodeSsdp(encodeSearch('a:b', '192.168.1.1'))).toBeNull()
    expect(decodeSsdp(fromLatin1(answer + 'x'.repeat(5000)))).toBeNull()
    fc.assert(fc.property(anything, bytes => void decodeSsdp(bytes)))
  })
})

describe('XML of routers', () => {
  it('reads elements and text', () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- <a> --><u:root xmlns:u="x>y"><a b=\'/\'> 1 &lt; 2 &#65;&#x42; </a><c/><d><![CDATA[<&]]></d></u:root>\0\n',
    )
    expect(root.name).toBe('root')
    expect(textOf(root, 'a')).toBe('1 < 2 AB')
    expect(textOf(root, 'c')).toBe('')
    expect(textOf(root, 'd')).toBe('<&')
  })

  it.each([
    ['a document type', '<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>'],
    ['an entity that nothing defines', '<r>&a;</r>'],
    ['a character beyond Unicode', '<r>&#x110000;</r>'],
    ['an element that is not closed', '<r><a></r>'],
    ['two roots', '<r/><r/>'],
    ['text outside', '<r/>x'],
    ['nothing', ''],
    ['a tag that does not end', `<r ${'a'.repeat(200_000)}`],
    ['an attribute that does not end', `<r a="${'a'.repeat(200_000)}`],
    ['a comment that does not end', `<r>${'<!--'.repeat(50_000)}`],
    ['too many elements', `<r>${'<a/>'.repeat(5001)}</r>`],
    ['elements that are too deep', '<a>'.repeat(50) + '</a>'.repeat(50)],
  ])('rejects %s', (_what, text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  it('throws nothing else for any text', () => {
    const part = fc.constantFrom(
      '<a',
      '>',
      '/>',
      '</a>',
      '&',
      ';',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<![CDATA[',
      ']]>',
      '"',
      "'",
      ' x=',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 })), { maxLength: 40 }), parts => {
        try {
          parseXml(parts.join(''))
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-message' })
        }
      }),
    )
  })
})

describe('SOAP', () => {
  it('encodes actions with escaped arguments', () => {
    expect(encodeAction('urn:s:1', 'Do', { A: '<&>' })).toContain(
      '<u:Do xmlns:u="urn:s:1"><A>&lt;&amp;&gt;</A></u:Do>',
    )
  })

  it('decodes results and errors', () => {
    const body = (inner: string) => utf8(`<s:Envelope xmlns:s="e"><s:Body>${inner}</s:Body></s:Envelope>`)
    expect(decodeAnswer(body('<u:DoResponse xmlns:u="x"><A>1</A><B/></u:DoResponse>'), 'Do')).toEqual({
      A: '1',
      B: '',
    })
    const fault = (code: string) =>
      body(
        `<s:Fault><faultstring>UPnPError</faultstring><detail><UPnPError><errorCode>${code}</errorCode><errorDescription>no\n\u202e${'x'.repeat(500)}</errorDescription></UPnPError></detail></s:Fault>`,
      )
    const failing = (bytes: Uint8Array) => {
      try {
        decodeAnswer(bytes, 'Do')
      } catch (error) {
        return error as UpnpError
      }
      throw new Error('no error')
    }
    expect(failing(fault('718'))).toMatchObject({ upnpCode: 718 })
    expect(failing(fault('718')).message).toMatch(/^no x{100,117}$/)
    expect(failing(fault('many')).upnpCode).toBe(501)
    expect(failing(body('<u:OtherResponse/>'))).toBeInstanceOf(UpnpError)
    expect(failing(utf8('<html>'))).toMatchObject({ code: 'bad-message' })
  })
})

describe('a description', () => {
  const LOCATION = { host: '192.168.1.1', port: 5000, path: '/desc.xml' }
  const service = (type: string, url: string) =>
    `<service><serviceType>${type}</serviceType><controlURL>${url}</controlURL></service>`
  const withServices = (services: string, base = '') =>
    utf8(
      `<root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device><deviceList><device><deviceList><device><serviceList>${services}</serviceList></device></deviceList></device></deviceList></device></root>`,
    )

  it('names the services that map ports, best first', () => {
    const services = [
      service(FIREWALL_TYPE, '/fw'),
      service('urn:x:service:Other:1', '/other'),
      service(CONNECTION_TYPES[1], 'ctl?a=1&amp;b=2'),
      service(CONNECTION_TYPES[0], 'http://192.168.1.1:5001/ctl'),
    ]
    expect(readDescription(withServices(services.join('')), LOCATION)).toEqual([
      { type: CONNECTION_TYPES[0], controlUrl: { host: '192.168.1.1', port: 5001, path: '/ctl' } },
      { type: CONNECTION_TYPES[1], controlUrl: { host: '192.168.1.1', port: 5000, path: '/ctl?a=1&b=2' } },
      { type: FIREWALL_TYPE, controlUrl: { host: '192.168.1.1', port: 5000, path: '/fw' } },
    ])
  })

  it.each([
    'http://192.168.1.9/ctl',
    'http://127.0.0.1/ctl',
    '//evil.example/ctl',
    'https://192.168.1.1/',
    'file:///etc/passwd',
    '',
  ])('may not name the service %s', url => {
    expect(readDescription(withServices(service(CONNECTION_TYPES[0], url)), LOCATION)).toEqual([])
  })

  it('may not move its services to another host by its base', () => {
    const [moved] = readDescription(
      withServices(service(CONNECTION_TYPES[0], '/ctl'), '<URLBase>http://192.168.1.9:1/</URLBase>'),
      LOCATION,
    )
    expect(moved!.controlUrl).toEqual({ host: '192.168.1.1', port: 5000, path: '/ctl' })
    const [based] = readDescription(
      withServices(service(CONNECTION_TYPES[0], '/ctl'), '<URLBase>http://192.168.1.1:99/</URLBase>'),
      LOCATION,
    )
    expect(based!.controlUrl.port).toBe(99)
  })
})

describe('LOCATION', () => {
  it.each([
    ['http://192.168.1.1:5000/d.xml', '192.168.1.1', { host: '192.168.1.1', port: 5000, path: '/d.xml' }],
    ['http://192.168.1.9/', '192.168.1.1', { host: '192.168.1.9', port: 80, path: '/' }],
    ['http://127.0.0.1:1/', '127.0.0.1', { host: '127.0.0.1', port: 1, path: '/' }],
    ['http://10.0.0.1:1/', '10.0.0.1', { host: '10.0.0.1', port: 1, path: '/' }],
  ])('may be %s from %s', (url, sender, expected) => {
    expect(parseLocation(url, sender, NETWORK)).toEqual(expected)
  })

  it('may be a link-local address of IPv6, on the interface of the sender', () => {
    expect(parseLocation('http://[fe80::1]:80/d', 'fe80::1%eth0', NETWORK6)).toEqual({
      host: 'fe80::1%eth0',
      port: 80,
      path: '/d',
    })
    expect(parseLocation('http://[2001:db8:1::1]/d', 'fe80::1%eth0', NETWORK6)?.host).toBe('2001:db8:1::1')
  })

  it.each([
    ['another scheme', 'https://192.168.1.1/'],
    ['a file', 'file:///etc/passwd'],
    ['this machine', 'http://127.0.0.1:8080/'],
    ['this machine in another spelling', 'http://2130706433/'],
    ['our own address', 'http://192.168.1.2/'],
    ['no address', 'http://0.0.0.0/'],
    ['another network', 'http://10.0.0.1/'],
    ['the internet', 'http://8.8.8.8/'],
    ['a name', 'http://router.local/'],
    ['credentials', 'http://u:p@192.168.1.1/'],
    ['this machine in IPv6', 'http://[::1]/'],
    ['this machine as a mapped address', 'http://[::ffff:127.0.0.1]/'],
    ['a long text', `http://192.168.1.1/${'x'.repeat(2000)}`],
    ['no URL', 'router'],
  ])('may not be %s', (_what, url) => {
    expect(parseLocation(url, '192.168.1.1', NETWORK)).toBeNull()
  })

  it('may not lead services elsewhere', () => {
    const base = { host: 'fe80::1%eth0', port: 80, path: '/d/x.xml' }
    expect(parseServiceUrl('ctl', base)).toEqual({ host: 'fe80::1%eth0', port: 80, path: '/d/ctl' })
    expect(parseServiceUrl('http://[fe80::2]/ctl', base)).toBeNull()
  })
})

describe('an external address', () => {
  it.each([
    ['203.0.113.5', 'public', undefined],
    ['2001:db8::1', 'public', undefined],
    ['100.64.0.1', 'carrier', 'carrier-nat'],
    ['100.127.255.255', 'carrier', 'carrier-nat'],
    ['100.128.0.1', 'public', undefined],
    ['192.0.0.2', 'carrier', 'carrier-nat'],
    ['192.168.0.2', 'private', 'double-nat'],
    ['10.1.2.3', 'private', 'double-nat'],
    ['0.0.0.0', 'none', 'router-error'],
  ])('%s is %s', (address, kind, code) => {
    expect(kindOfAddress(address)).toBe(kind)
    expect(problemOfAddress(address)?.code).toBe(code)
  })
})

describe('the routing tables of Linux', () => {
  it('name the default routers, best metric first', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'eth0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
      'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0',
    ]
    expect(parseRoutes4(table.join('\n'))).toEqual([
      { name: 'eth0', gateway: '192.168.2.1' },
      { name: 'wlan0', gateway: '192.168.1.1' },
    ])
    const zero = '0'.repeat(32)
    const table6 = [
      `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0`,
      `fe800000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
      `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
    ]
    expect(parseRoutes6(table6.join('\n'))).toEqual([{ name: 'eth0', gateway: 'fe80::1' }])
    expect([parseRoutes4('x\n\n'), parseRoutes6('')]).toEqual([[], []])
  })
})
