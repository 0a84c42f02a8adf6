import { expect, it } from 'vitest'
import { parseProxyUrl, proxyLabel } from './proxy-url.ts'

it('parses servers with and without credentials', () => {
  expect(parseProxyUrl('socks5://anna:p%40ss@192.0.2.1:9050')).toEqual({
    ...{ kind: 'socks5', host: '192.0.2.1', port: 9050, user: 'anna', password: 'p@ss' },
  })
  expect(parseProxyUrl('http://[2001:db8::1]')).toMatchObject({
    kind: 'http',
    host: '2001:db8::1',
    port: 8080,
  })
  expect(parseProxyUrl('socks5h://Proxy.example/')).toMatchObject({ host: 'proxy.example', port: 1080 })
})

it.each([
  'socks4://192.0.2.1',
  'https://192.0.2.1',
  '192.0.2.1:1080',
  'socks5://',
  'socks5://h:1/path',
  'http://h?x',
  'socks5://:secret@h',
  'socks5://a%zz:secret@h',
  `socks5://${'a'.repeat(256)}:secret@h`,
])('rejects %s without repeating it', url => {
  expect(() => parseProxyUrl(url)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  expect(() => parseProxyUrl(url)).not.toThrow(/secret/)
})

it('is shown without credentials', () => {
  expect(proxyLabel(parseProxyUrl('socks5://anna:secret@[::1]:9050'))).toBe('socks5://[::1]:9050')
})
