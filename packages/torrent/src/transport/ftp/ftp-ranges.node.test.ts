import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import type { RangeRequest } from '../http/http-ranges.ts'
import { MAX_SKIPPED_BYTES } from '../http/range-answer.ts'
import { failureOf, readRange } from '../http/testing/read-all.ts'
import { openRoute } from '../open-route.node.ts'
import { TestProxy } from '../proxy/testing/proxy-server.ts'
import { FtpRanges, type FtpRangesOptions } from './ftp-ranges.node.ts'
import { FtpServer, type FtpServerOptions } from './testing/ftp-server.ts'

const CONTENT = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
const LARGE = Buffer.alloc(MAX_SKIPPED_BYTES + 1000, 7)
const FILES = { 'pub/ä b#.bin': CONTENT, large: LARGE }
const PATH = 'pub/%C3%A4%20b%23.bin'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(options: Partial<FtpServerOptions> = {}, more: FtpRangesOptions = {}) {
  const server = await FtpServer.start({ files: FILES, ...options })
  const ranges = new FtpRanges(more)
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => ranges.closeIdle(),
  )
  const request = (start: number, lengthBytes: number, change: Partial<RangeRequest> = {}) => ({
    ...{ url: `ftp://${server.host}/${PATH}`, start, lengthBytes, fileBytes: CONTENT.length },
    ...change,
  })
  return { server, ranges, request }
}

describe('an FTP server', () => {
  it('sends ranges over one control connection, logged in once', async () => {
    const { server, ranges, request } = await open()
    expect(await readRange(ranges, request(1000, 500_000))).toEqual(
      new Uint8Array(CONTENT.subarray(1000, 501_000)),
    )
    for (let at = 0; at < 5; at++)
      expect(await readRange(ranges, request(at * 10, 10))).toEqual(
        new Uint8Array(CONTENT.subarray(at * 10, at * 10 + 10)),
      )
    expect(await readRange(ranges, request(999_000, 1000))).toHaveLength(1000)
    expect(server.logins).toBe(1)
    expect(server.commands.slice(0, 7)).toEqual([
      'USER anonymous',
      'PASS guest@',
      'OPTS UTF8 ON',
      'TYPE I',
      'SIZE pub/ä b#.bin',
      'EPSV',
      'REST 1000',
    ])
    expect(server.commands.filter(line => /^SIZE/.test(line))).toHaveLength(1)
  })

  it('sends two at the same time over two connections, which are closed when they are not needed', async () => {
    const { server, ranges, request } = await open()
    const both = await Promise.all([
      readRange(ranges, request(0, 100_000)),
      readRange(ranges, request(5, 10)),
    ])
    expect(both.map(({ length }) => length)).toEqual([100_000, 10])
    expect(server.logins).toBe(2)
    ranges.closeIdle()
    await expect.poll(() => server.open).toBe(0)
    expect(await readRange(ranges, request(0, 10))).toHaveLength(10)
  })

  it('receives user name and password of the URL', async () => {
    const { server, ranges, request } = await open({ password: 's:cret' })
    const url = `ftp://me%40home:s%3Acret@${server.host}/${PATH}`
    expect(await readRange(ranges, request(0, 10, { url }))).toHaveLength(10)
    expect(server.commands.slice(0, 2)).toEqual(['USER me@home', 'PASS s:cret'])
    const wrong = await failureOf(ranges, request(0, 10, { url: url.replace('s%3A', 'S') }))
    expect(wrong).toMatchObject({ fate: 'server-gone', message: expect.not.stringContaining('cret') })
  })

  it('may have closed an idle connection: the file is asked for over another', async () => {
    const { server, ranges, request } = await open()
    await readRange(ranges, request(0, 10))
    server.disconnect()
    expect(await readRange(ranges, request(5, 10))).toHaveLength(10)
    expect(server.logins).toBe(2)
  })

  it('need not know EPSV, SIZE and REST', async () => {
    const { server, ranges, request } = await open({ without: ['EPSV', 'SIZE', 'REST'] })
    for (const start of [0, 70_000])
      expect(await readRange(ranges, request(start, 100_000))).toEqual(
        new Uint8Array(CONTENT.subarray(start, start + 100_000)),
      )
    expect(server.commands.filter(line => line === 'EPSV')).toHaveLength(1)
    const far = { url: `ftp://${server.host}/large`, fileBytes: LARGE.length }
    expect(await failureOf(ranges, request(MAX_SKIPPED_BYTES + 1, 10, far))).toMatchObject({
      fate: 'file-gone',
      message: expect.stringContaining('REST'),
    })
  })

  it('cannot direct data connections to another host', async () => {
    // RFC 5737: no host answers at this address.
    const { ranges, request } = await open({ without: ['EPSV'], passiveHost: '192.0.2.1' })
    expect(await readRange(ranges, request(0, 1000))).toHaveLength(1000)
  })

  it('is reached through a proxy, for data too', async () => {
    const proxy = await TestProxy.open()
    closers.push(() => proxy.close())
    const route = openRoute({ proxy: { url: proxy.url, mode: 'strict' }, clock: systemClock })!
    closers.push(() => route.close())
    const { server, ranges, request } = await open({}, { route })
    expect(await readRange(ranges, request(3, 1000))).toHaveLength(1000)
    expect(proxy.connects[0]).toBe(server.host)
    expect(proxy.connects).toHaveLength(2)
    expect(server.logins).toBe(1)
  })

  it('is left alone when a reading is given up', async () => {
    const { server, ranges, request } = await open()
    let bytes = 0
    await new Promise<void>(resolve => {
      const reading = ranges.read(request(0, CONTENT.length), {
        onData(part) {
          bytes += part.length
          reading.close()
          resolve()
        },
        onEnd: () => expect.unreachable(),
        onFailure: () => expect.unreachable(),
      })
    })
    await expect.poll(() => server.open).toBe(0)
    expect(bytes).toBeLessThan(CONTENT.length)
  })

  it('waits while a reading is paused', async () => {
    const { ranges, request } = await open()
    const got: number[] = []
    const done = new Promise<void>((resolve, reject) => {
      const reading = ranges.read(request(0, CONTENT.length), {
        onData(part) {
          got.push(part.length)
          if (got.length > 1) return
          reading.pause()
          setTimeout(() => {
            expect(got).toHaveLength(1)
            reading.resume()
          }, 100)
        },
        onEnd: resolve,
        onFailure: reject,
      })
    })
    await done
    expect(got.reduce((sum, each) => sum + each, 0)).toBe(CONTENT.length)
  })
})

describe('a failure says what follows', () => {
  it.each<[string, Partial<FtpServerOptions>, string, RegExp]>([
    ['a missing file', { files: {} }, 'file-later', /FTP 550/],
    ['another size', { files: { 'pub/ä b#.bin': LARGE } }, 'file-gone', /the torrent's has 1000000/],
    ['a busy server', { greeting: '421 too many users' }, 'server-later', /421/],
    ['a busy file', { answers: { RETR: '450 locked' } }, 'file-later', /450/],
    ['no data connection', { answers: { RETR: '425 no' } }, 'server-later', /425/],
    ['a login that is needed', { answers: { USER: '530 no guests' } }, 'server-gone', /login/],
    ['another protocol', { greeting: 'SSH-2.0-OpenSSH' }, 'server-later', /does not speak FTP/],
    ['a flood', { greeting: '220 x\r\n'.repeat(100).trim() }, 'server-later', /was not asked/],
    ['a privileged port', { answers: { EPSV: '229 (|||22|)' } }, 'server-gone', /no port/],
    ['no port', { answers: { EPSV: '229 none' } }, 'server-gone', /no port/],
    ['a file that ends', { cutAfter: 1000 }, 'server-later', /ended too early/],
  ])('%s', async (_, options, fate, message) => {
    const { ranges, request } = await open(options)
    expect(await failureOf(ranges, request(0, 10_000))).toMatchObject({
      fate,
      message: expect.stringMatching(message),
    })
  })

  it.each([
    ['ftp://127.0.0.1:1/f', 'server-later'],
    ['ftp://127.0.0.1:1/f?x', 'server-gone'],
    ['ftp://127.0.0.1:1/a%0d%0aDELE%20b', 'file-gone'],
    ['ftp://a%0aPASS:x@127.0.0.1:1/f', 'file-gone'],
    ['ftp://127.0.0.1:1/%ff', 'server-gone'],
  ])('%s', async (url, fate) => {
    const { ranges, request } = await open()
    expect(await failureOf(ranges, request(0, 10, { url }))).toMatchObject({ fate })
  })
})
