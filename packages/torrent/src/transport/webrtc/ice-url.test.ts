import { expect, test } from 'vitest'
import { checkIceServer, parseIceServer, parseIceUrl } from './ice-url.ts'

test('ICE URLs are parsed as in RFC 7064 and RFC 7065', () => {
  const stun = { kind: 'stun', host: 'stun.example', port: 3478, relay: 'TurnUdp' }
  expect(parseIceUrl('stun:stun.example')).toEqual(stun)
  expect(parseIceUrl('stun:stun.example:19302')).toEqual({ ...stun, port: 19302 })
  expect(parseIceUrl('turn:[2001:db8::1]:5000?transport=tcp')).toEqual({
    kind: 'turn',
    host: '2001:db8::1',
    port: 5000,
    relay: 'TurnTcp',
  })
  expect(parseIceUrl('turns:relay.example')).toMatchObject({ port: 5349, relay: 'TurnTls' })
  for (const wrong of [
    '',
    'http://x',
    'stun:',
    'stun:a:0',
    'stun:a:70000',
    'turn:a b',
    'stun:a/b',
    'turn:u:p@h',
  ])
    expect(() => parseIceUrl(wrong)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})

test('a server may be given with its credentials as one text, and errors do not repeat the secret', () => {
  expect(parseIceServer('stun:stun.example:1')).toEqual({ urls: 'stun:stun.example:1' })
  expect(parseIceServer('turn:7%3Ame:s%40cret@relay.example:3478?transport=udp')).toEqual({
    urls: 'turn:relay.example:3478?transport=udp',
    username: '7:me',
    credential: 's@cret',
  })
  for (const wrong of ['turn:relay.example', 'turn:u:hunter2@:x', 'turn:u:hunter2%@relay.example'])
    expect(() => parseIceServer(wrong)).toThrow(/^(?!.*hunter2).*turn:/)
})

test('a TURN server without credentials is refused', () => {
  expect(() => checkIceServer({ urls: ['stun:a', 'turn:b'] })).toThrow('secret')
  checkIceServer({ urls: ['stun:a', 'turn:b'], username: 'u', credential: 'c' })
})
