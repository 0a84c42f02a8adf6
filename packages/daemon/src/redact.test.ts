import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['GET /files/x/a.mp4?key=abc.def&x=1', 'GET /files/x/a.mp4?key=[redacted]&x=1'],
  ['http://127.0.0.1:8420/#token=abcdef', 'http://127.0.0.1:8420/#token=[redacted]'],
  ['http://t.example/announce?passkey=0123&port=1', 'http://t.example/announce?passkey=[redacted]&port=1'],
  [
    'https://t.example/0123456789abcdef0123456789abcdef/announce failed',
    'https://t.example/[redacted]/announce failed',
  ],
  ['GET /abcdefgh12/announce and /abcdefg8/scrape', 'GET /[redacted]/announce and /[redacted]/scrape'],
  ['udp://t.example:6969/secretkey/announce', 'udp://t.example:6969/[redacted]/announce'],
  [
    'http://t.example/announce?secretkey and ?event=stopped',
    'http://t.example/announce?[redacted] and ?event=stopped',
  ],
  ['http://t.example/announce?event=stopped', 'http://t.example/announce?event=stopped'],
  ['http://t.example/tracker/announce', 'http://t.example/tracker/announce'],
  ['http://t.example/secret%6bey/announce?x', 'http://t.example/[redacted]/announce?x'],
  ['http://t.example/announce/secret%6Bey', 'http://t.example/announce/[redacted]'],
  ['wss://t.example/anna1/announce', 'wss://t.example/[redacted]/announce'],
  [
    'magnet:?xt=urn:btih:00&tr=http%3A%2F%2Ft.example%2Fsecretkey%2Fannounce&tr.1=udp%3A%2F%2Fu.example&x=1',
    'magnet:?xt=urn:btih:00&tr=http%3A%2F%2Ft.example%2F[redacted]%2Fannounce&tr.1=udp%3A%2F%2Fu.example&x=1',
  ],
  [
    'magnet:?tr=http%3a%2f%2ft.example%2fa%3fpasskey%3dabc%26n%3d1&ws=http%3A%2F%2Fme%3Apw%40w.example%2F',
    'magnet:?tr=http%3A%2F%2Ft.example%2Fa%3Fpasskey%3D[redacted]%26n%3D1&ws=http%3A%2F%2F[redacted]%40w.example%2F',
  ],
  ['magnet:?tr=%zz/secret', 'magnet:?tr=[redacted]'],
  ['/announce/abcdefg8 and /v2/announce', '/announce/[redacted] and /v2/announce'],
  ['http://t.example/announce.php/0123456789abcdef0123/x', 'http://t.example/announce.php/[redacted]/x'],
  ['/x?access_token=abc&session_id=def&n=1', '/x?access_token=[redacted]&session_id=[redacted]&n=1'],
  ['ftp://ann:secret@host/file', 'ftp://[redacted]@host/file'],
  ['turn:anna:hunter2@host:3478?transport=tcp', 'turn:[redacted]@host:3478?transport=tcp'],
  [`["stun:a.example","TURNS:anna:h/u'n@ter2@b.example"]`, '["stun:a.example","TURNS:[redacted]@b.example"]'],
  ['Authorization: Bearer abcdefghijkl', 'Authorization: [redacted]'],
  ['sent Basic c2hvYWw6dG9rZW4=', 'sent Basic [redacted]'],
  ['cookie shoal_session_8420=abc.def; a=b', 'cookie shoal_session_8420=[redacted]; a=b'],
  ['the monkey=3 of /announce/ and Bearer nothing', 'the monkey=3 of /announce/ and Bearer nothing'],
])('redacts %s', (text, kept) => {
  expect(redact(text)).toBe(kept)
})
