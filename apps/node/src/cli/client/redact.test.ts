import { expect, test } from 'vitest'
import { redactText, withoutSecrets } from './redact.ts'

test.each([
  ['udp://tracker.example:6969/announce', 'udp://tracker.example:6969/…'],
  [
    'failed: https://t.example/abcdef0123456789/announce?passkey=1 (403)',
    'failed: https://t.example/… (403)',
  ],
  ['http://me:secret@host.example', 'http://host.example'],
  ['turn:anna:hunter2@host:3478?transport=tcp', 'turn:[redacted]@host:3478?transport=tcp'],
  ['turns:anna:hun/ter2@host stun:host', 'turns:[redacted]@host stun:host'],
  ['http://127.0.0.1:8420', 'http://127.0.0.1:8420'],
  ['sent Bearer abcdefghijkl', 'sent Bearer [redacted]'],
  ['magnet:?xt=urn:btih:00&tr=x added', 'magnet:?… added'],
  ['token=abc, password: "x y"', 'token=…, password: …'],
  ['GET /x?access_token=abc&session_id=def 404', 'GET /x?access_token=…&session_id=… 404'],
  ['/home/me/Shoal/film.mkv', '~/Shoal/film.mkv'],
])('%s', (text, redacted) => expect(redactText(text, '/home/me')).toBe(redacted))

test('keeps numbers, null and lists', () => {
  expect(withoutSecrets({ a: [1, null, true] }, '')).toEqual({ a: [1, null, true] })
})
