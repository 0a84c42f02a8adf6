import { until } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HASH, type Served, serve, TOKEN } from '../testing/served.ts'
import { fileDisposition } from './disposition.ts'
import { parseRange } from './range.ts'

const BYTES = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)
const FILM = `/files/${HASH}/film.mp4`
let served: Served

beforeEach(async () => {
  served = await serve()
  served.node.share(HASH, 'A film', {
    'film.mp4': BYTES,
    'film 10.mkv': new Uint8Array(1),
    'film 9.mkv': new Uint8Array(1),
    'notes/a & b#1.html': new TextEncoder().encode('<script>'),
    'empty.txt': new Uint8Array(0),
  })
})
afterEach(() => served.server.close())

describe('ranges', () => {
  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-', 10, 100],
    ['bytes=-10', 90, 100],
    ['bytes=-1000', 0, 100],
    ['bytes=99-1000', 99, 100],
    ['Bytes= 5-5', 5, 6],
  ])('%s of 100 bytes', (header, start, end) => {
    expect(parseRange(header, 100)).toEqual({ start, end })
  })

  test.each([
    undefined,
    '',
    'x',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=1-2,4-5',
    'items=1-2',
    `bytes=1-${'9'.repeat(200)}`,
  ])('%s means the whole', header => expect(parseRange(header, 100)).toBeNull())

  test.each([
    ['bytes=100-', 100],
    ['bytes=-0', 100],
    ['bytes=0-', 0],
    ['bytes=-1', 0],
  ])('%s of %i bytes cannot be had', (header, length) => {
    expect(() => parseRange(header, length)).toThrow(`${length} bytes`)
  })
})

test('a file can be read as a whole, in part, and with HEAD', async () => {
  const whole = await served.get(FILM)
  expect([whole.status, whole.headers.get('content-length'), whole.headers.get('accept-ranges')]).toEqual([
    200,
    '100000',
    'bytes',
  ])
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(BYTES)
  const part = await served.get(FILM, { headers: { range: 'bytes=50000-50004' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 50000-50004/100000'])
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(BYTES.subarray(50_000, 50_005))
  const beyond = await served.get(FILM, { headers: { range: 'bytes=100000-' } })
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000'])
  const ofTheFile = ['etag', 'content-disposition', 'accept-ranges'].filter(name => beyond.headers.has(name))
  expect([ofTheFile, beyond.headers.get('content-security-policy')]).toEqual([
    [],
    expect.stringMatching(/^default-src 'none'/),
  ])
  const head = await served.get(FILM, { method: 'HEAD', headers: { range: 'bytes=0-0' } })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([206, '1', ''])
  const empty = await served.get(`/files/${HASH}/empty.txt`)
  expect([empty.status, await empty.text()]).toEqual([200, ''])
})

test('a version that the client has is not sent again, and ranges of versions are not mixed', async () => {
  const etag = (await served.get(FILM, { method: 'HEAD' })).headers.get('etag')!
  expect((await served.get(FILM, { headers: { 'if-none-match': `"x", W/${etag}` } })).status).toBe(304)
  const range = { range: 'bytes=0-0' }
  expect((await served.get(FILM, { headers: { ...range, 'if-range': etag } })).status).toBe(206)
  expect((await served.get(FILM, { headers: { ...range, 'if-range': '"old"' } })).status).toBe(200)
})

test('files are found by path and by number only', async () => {
  expect(await (await served.get(`/files/${HASH}/notes/a%20%26%20b%231.html`)).text()).toBe('<script>')
  expect((await served.get(`/files/${HASH.toUpperCase()}/%230`)).headers.get('content-type')).toBe(
    'video/mp4',
  )
  for (const [path, status] of [
    ['none', 404],
    ['..%2f..%2fetc%2fpasswd', 404],
    ['%00', 400],
    ['film.mp4?x=1', 400],
  ])
    expect((await served.get(`/files/${HASH}/${path}`)).status, String(path)).toBe(status)
  expect((await served.get('/files/nothing/film.mp4')).status).toBe(400)
})

test('nothing in a shared file can run on the console’s origin', async () => {
  const page = await served.get(`/files/${HASH}/notes/a%20%26%20b%231.html`)
  expect(page.headers.get('content-disposition')).toBe('attachment; filename="a & b#1.html"')
  expect(page.headers.get('content-security-policy')).toMatch(/^sandbox;/)
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  const typeOf = (type: string) => fileDisposition('x', type).contentType
  expect(['text/javascript', 'text/css', 'application/xml', 'application/xhtml+xml'].map(typeOf)).toEqual([
    'text/plain; charset=utf-8',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'application/octet-stream',
  ])
  expect(fileDisposition('x.svg', 'image/svg+xml').disposition).toMatch(/^attachment/)
  expect(fileDisposition('x"\r\n\ud83d.mp4', 'video/mp4').disposition).toBe(
    `inline; filename="x\\"???.mp4"; filename*=UTF-8''x%22%0D%0A%EF%BF%BD.mp4`,
  )
})

test('unread bytes are not fetched, and waiting ends when the client disconnects', async () => {
  let given = 0
  let ended: unknown = null
  served.node.files.open = async () => ({
    ...{ name: 'endless.mp4', lengthBytes: 2 ** 40, mediaType: 'video/mp4', etag: 'x' },
    async *read({ signal }) {
      try {
        for (;;) {
          given += 65_536
          yield new Uint8Array(65_536)
          // A piece that no peer has.
          if (given > 2 ** 30)
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        }
      } finally {
        ended = signal.aborted
      }
    },
  })
  const leave = new AbortController()
  const { body } = await served.get(FILM, { signal: leave.signal })
  await body!.getReader().read()
  const first = given
  await until('the file is read', () => given > 0)
  for (let tick = 0; tick < 20; tick++) await new Promise(setImmediate)
  expect(given - first).toBeLessThan(64 * 2 ** 20)
  leave.abort()
  await until('reading has ended', () => ended !== null)
  expect(ended).toBe(true)
})

test('a logout ends the downloads of its session, but not those with the token', async () => {
  const waiting: AbortSignal[] = []
  served.node.files.open = async () => ({
    ...{ name: 'endless.mp4', lengthBytes: 2 ** 40, mediaType: 'video/mp4', etag: 'x' },
    async *read({ signal }) {
      yield new Uint8Array(10)
      waiting.push(signal)
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const login = await fetch(`${served.server.url}/api/access`, {
    method: 'POST',
    body: JSON.stringify({ username: 'shoal', password: TOKEN }),
    headers: { 'content-type': 'application/json' },
  })
  const headers = { cookie: login.headers.get('set-cookie')!.split(';')[0]! }
  const mine = await fetch(served.server.url + FILM, { headers })
  await until('the file is read', () => waiting.length === 1)
  const others = await served.get(FILM)
  await until('it is read twice', () => waiting.length === 2)
  await fetch(`${served.server.url}/api/access`, { method: 'DELETE', headers })
  await expect(mine.arrayBuffer()).rejects.toThrow()
  await until('the first reading is aborted', () => waiting[0]!.aborted)
  expect(waiting[1]!.aborted).toBe(false)
  await others.body!.cancel()
})

test('a read error breaks the connection, so that the client notices missing bytes', async () => {
  const open = served.node.files.open
  served.node.files.open = async (...file) => ({
    ...(await open(...file)),
    async *read() {
      yield BYTES.subarray(0, 10)
      throw new Error('the disk is gone')
    },
  })
  await expect(served.get(FILM).then(response => response.arrayBuffer())).rejects.toThrow()
  expect((await served.get('/api/node')).status).toBe(200)
})

describe('playlists', () => {
  test('list video and audio in order, with a key that opens only these files', async () => {
    const text = await (await served.get(`/api/torrents/${HASH}/playlist.m3u`)).text()
    const urls = text.split('\n').filter(line => line.startsWith('http'))
    expect(text.split('\n').filter(line => line.startsWith('#EXTINF'))).toEqual([
      '#EXTINF:-1,film 9.mkv',
      '#EXTINF:-1,film 10.mkv',
      '#EXTINF:-1,film.mp4',
    ])
    expect((await fetch(urls[2]!)).status).toBe(200)
    const key = new URL(urls[2]!).searchParams.get('key')!
    const other = 'f'.repeat(40)
    served.node.share(other, 'Other', { 'film.mp4': BYTES })
    const asked = async (url: string) => (await fetch(`${served.server.url}${url}`)).status
    expect(await asked(`/files/${other}/film.mp4?key=${key}`)).toBe(401)
    expect(await asked(`${FILM}?key=${key.slice(0, -1)}x`)).toBe(401)
    expect(await asked(`${FILM}?key=zzzzzz${key.slice(6)}`)).toBe(401)
    expect(await asked(`/api/torrents?key=${key}`)).toBe(401)
    expect(served.node.state.log.map(({ message }) => message).join()).not.toContain(key)
  })
})
