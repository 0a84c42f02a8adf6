import { afterEach, beforeEach, expect, it } from 'vitest'
import { openHttpRanges } from './http-ranges.browser.ts'
import type { RangeRequest } from './http-ranges.ts'
import { RangeServer } from './testing/range-server.ts'
import { failureOf, readRange } from './testing/read-all.ts'

/** The part for browsers, with the `fetch` that Node has too. */
const ranges = openHttpRanges({ userAgent: 'Test/1' })
const CONTENT = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
let server: RangeServer

beforeEach(async () => {
  server = await RangeServer.open({ '/f': CONTENT })
})

afterEach(() => server.close())

function request(start: number, lengthBytes: number): RangeRequest {
  return { url: server.url('/f'), start, lengthBytes, fileBytes: CONTENT.length }
}

it('receives the requested range', async () => {
  expect(await readRange(ranges, request(1000, 500_000))).toEqual(CONTENT.slice(1000, 501_000))
  expect(server.seen).toMatchObject([{ path: '/f', range: [1000, 500_999] }])
})

it('sends user name and password of the URL to the server', async () => {
  await readRange(ranges, { ...request(0, 10), url: `http://me:p%40ss@127.0.0.1:${server.port}/f` })
  expect(server.seen[0]!.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
})

it('accepts the whole file where that serves, and reads no more than was requested', async () => {
  server.handle = (_, response) => {
    response.end(CONTENT)
    return true
  }
  expect(await readRange(ranges, request(0, 1000))).toEqual(CONTENT.slice(0, 1000))
  expect(await readRange(ranges, request(10, 1000))).toEqual(CONTENT.slice(10, 1010))
})

it('asks for the rest of a range, but not again and again for next to nothing', async () => {
  const sendUpTo = (size: number) => {
    server.handle = ({ headers }, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!.map(Number)
      const last = Math.min(to!, (Math.floor(from! / size) + 1) * size - 1)
      response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${CONTENT.length}` })
      response.end(CONTENT.subarray(from!, last + 1))
      return true
    }
  }
  sendUpTo(10_000)
  expect(await readRange(ranges, request(8000, 35_000))).toEqual(CONTENT.slice(8000, 43_000))
  server.seen.length = 0
  sendUpTo(1)
  expect(await failureOf(ranges, request(10, 10_000))).toMatchObject({ fate: 'server-gone' })
  expect(server.seen).toHaveLength(2)
})

it('distinguishes failures', async () => {
  server.handle = (_, response) => {
    response.writeHead(503, { 'retry-after': '7' }).end()
    return true
  }
  expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate: 'server-later', retryAfterMs: 7000 })
  server.handle = (_, response) => {
    response.writeHead(206, { 'content-range': `bytes 0-99/${CONTENT.length}` }).end(CONTENT.slice(0, 50))
    return true
  }
  expect(await failureOf(ranges, request(0, 100))).toMatchObject({ fate: 'server-later' })
  const dead = request(0, 10)
  await server.close()
  expect(await failureOf(ranges, dead)).toMatchObject({ fate: 'server-later' })
})

it('delivers nothing after a reading was closed', async () => {
  const calls: string[] = []
  await new Promise<void>(resolve => {
    server.onAllClosed = resolve
    const reading = ranges.read(request(0, 1_000_000), {
      onData: () => {
        calls.push('data')
        reading.close()
      },
      onEnd: () => calls.push('end'),
      onFailure: () => calls.push('failure'),
    })
  })
  expect(calls).toEqual(['data'])
})
