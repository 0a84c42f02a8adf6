import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { redact } from '../../../base/redact.ts'
import { LogEntries } from './log-entries.ts'
import { createNodeLog } from './node-log.ts'
import { terminalLine } from './terminal-line.ts'

const HASH = 'a'.repeat(40)

function collected() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { lines, destination }
}

test('an entry is written as a JSON line and kept in memory', () => {
  const { lines, destination } = collected()
  const { log, entries } = createNodeLog({ destination })
  log.info('it was added', { torrent: HASH })
  log.debug('nobody wants to know')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 30,
    message: 'it was added',
    torrent: HASH,
    time: expect.stringMatching(/^\d{4}-/),
  })
  expect(lines).toHaveLength(1)
  expect(entries.list({ level: 'debug', limit: 10 })).toEqual([
    { id: 1, atMs: expect.any(Number), level: 'info', torrent: HASH, message: 'it was added' },
  ])
})

test('lines are written to a file before the log is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-log-'))
  const path = join(folder, 'logs', 'node.log')
  const { log, close } = createNodeLog({ destination: path })
  log.warn('the disk is nearly full')
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
    level: 40,
    message: 'the disk is nearly full',
  })
  await close()
  await rm(folder, { recursive: true })
})

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

test('a terminal gets short lines without control characters', () => {
  const line = JSON.stringify({ level: 40, time: '2026-01-02T03:04:05.000Z', message: 'a\u001b[2Jb' })
  expect(terminalLine(line)).toMatch(/^\d\d:\d\d:05 warn {2}a�\[2Jb\n$/)
  const message = 'a\n12:00:00 error all is lost\u202egpj.exe'
  expect(terminalLine(JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.000Z', message }))).toMatch(
    /^\d\d:\d\d:05 info {2}a\n {9}12:00:00 error all is lost�gpj.exe\n$/,
  )
  expect(terminalLine('no JSON\n')).toBe('no JSON\n')
})

test('the latest 5,000 entries are kept and can be read from any id', () => {
  const entries = new LogEntries()
  for (let time = 1; time <= 12_000; time++)
    entries.add({
      atMs: time,
      level: time % 100 === 0 ? 'warn' : 'info',
      torrent: time % 2 ? HASH : null,
      message: `${time}`,
    })
  const ids = (query: Partial<Parameters<LogEntries['list']>[0]>) =>
    entries.list({ level: 'debug', limit: 10_000, ...query }).map(({ id }) => id)
  expect([ids({}).length, ids({})[0]]).toEqual([5000, 7001])
  expect(ids({ limit: 2 })).toEqual([11_999, 12_000])
  expect(ids({ limit: 2, after: 8000 })).toEqual([8001, 8002])
  expect(ids({ limit: 2, level: 'warn' })).toEqual([11_900, 12_000])
  expect(ids({ limit: 2, torrent: HASH })).toEqual([11_997, 11_999])
  expect(ids({ after: 12_000 })).toEqual([])
})

test('listeners get each entry until they unsubscribe', () => {
  const entries = new LogEntries()
  const heard: number[] = []
  const stop = entries.subscribe(({ id }) => heard.push(id))
  const entry = { atMs: 1, level: 'info', torrent: null, message: 'x' } as const
  entries.add(entry)
  stop()
  entries.add(entry)
  expect(heard).toEqual([1])
})
