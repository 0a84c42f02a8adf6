import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeRangesOptions, openHttpRanges } from './http-ranges.node.ts'
import type { HttpRanges, RangeRequest } from './http-ranges.ts'
import { MAX_SKIPPED_BYTES } from './range-answer.ts'
import { RangeServer } from './testing/range-server.ts'
import { failureOf, readRange } from './testing/read-all.ts'

const CONTENT = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

let server: RangeServer
let ranges: HttpRanges
const opened: HttpRanges[] = []

function open(options: Partial<NodeRangesOptions> = {}): HttpRanges {
  const made = openHttpRanges({ userAgent: 'Test/1', ...options })
  opened.push(made)
  return made
}

beforeEach(async () => {
  server = await RangeServer.open({ '/f': CONTENT })
  ranges = open()
})

afterEach(async () => {
  for (const made of opened.splice(0)) made.closeIdle()
  await server.close()
})

function request(start: number, lengthBytes: number, options: Partial<RangeRequest> = {}): RangeRequest {
  return { url: options.url ?? server.url('/f'), start, lengthBytes, fileBytes: CONTENT.length, ...options }
}

describe('a good server', () => {
  it('sends the requested range', async () => {
    expect(await readRange(ranges, request(1000, 500_000))).toEqual(CONTENT.slice(1000, 501_000))
    expect(server.seen).toMatchObject([
      {
        path: '/f',
        range: [1000, 500_999],
        headers: { 'accept-encoding': 'identity', 'user-agent': 'Test/1' },
      },
    ])
  })

  it('receives the next request over the same connection', async () => {
    for (let i = 0; i < 5; i++) await readRange(ranges, request(i * 10, 10))
    expect(server.connections).toBe(1)
  })

  it('receives a second connection while the first is busy', async () => {
    await Promise.all([readRange(ranges, request(0, 10)), readRange(ranges, request(10, 10))])
    expect(server.connections).toBe(2)
  })

  it('has its idle connections closed when they are not needed', async () => {
    await readRange(ranges, request(0, 10))
    const [socket] = server.open
    const closed = new Promise(resolve => socket!.once('close', resolve))
    ranges.closeIdle()
    await closed
    // And opened again.
    await readRange(ranges, request(0, 10))
    expect(server.connections).toBe(2)
  })

  it('may close an idle connection: the request is sent again', async () => {
    await readRange(ranges, request(0, 10))
    // It reads one more request and hangs up on it.
    server.handle = req => {
      req.socket.destroy()
      server.handle = undefined
      return true
    }
    expect(await readRange(ranges, request(5, 10))).toEqual(CONTENT.slice(5, 15))
  })

  it('receives user name and password of the URL', async () => {
    await readRange(ranges, request(0, 10, { url: `http://me:p%40ss@127.0.0.1:${server.port}/f` }))
    expect(server.seen[0]!.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
  })

  it('is held back while the reader is paused', async () => {
    const large = new Uint8Array(32 * 1024 * 1024).fill(7)
    server.files.set('/large', large)
    let got = 0
    let gotWhilePaused = -1
    await new Promise<void>((resolve, reject) => {
      const reading = ranges.read(
        { url: server.url('/large'), start: 0, lengthBytes: large.length, fileBytes: large.length },
        {
          onData: bytes => {
            if (got === 0) {
              reading.pause()
              server.seen.length = 0
              // Time for an unwanted further exchange on another connection.
              readRange(ranges, request(0, 500_000)).then(() => {
                gotWhilePaused = got
                reading.resume()
              }, reject)
            }
            got += bytes.length
          },
          onEnd: resolve,
          onFailure: reject,
        },
      )
    })
    expect(got).toBe(large.length)
    expect(gotWhilePaused).toBeLessThan(1024 * 1024)
  })

  it('is disconnected when the reading is closed', async () => {
    const calls: string[] = []
    await new Promise<void>(resolve => {
      const reading = ranges.read(request(0, 1_000_000), {
        onData: () => {
          calls.push('data')
          reading.close()
          for (const socket of server.open) socket.once('close', resolve)
        },
        onEnd: () => calls.push('end'),
        onFailure: () => calls.push('failure'),
      })
    })
    await readRange(ranges, request(0, 10))
    expect(calls).toEqual(['data'])
  })
})

describe('responses that differ from the request', () => {
  const answer = (status: number, headers: Record<string, string>, body: Uint8Array | string = '') => {
    server.handle = (_, response) => {
      response.writeHead(status, headers).end(body)
      return true
    }
  }

  it('accepts the whole file for a range at its start', async () => {
    answer(200, {}, CONTENT)
    expect(await readRange(ranges, request(0, 1000))).toEqual(CONTENT.slice(0, 1000))
    answer(200, { 'content-length': String(CONTENT.length) }, CONTENT)
    expect(await readRange(ranges, request(0, CONTENT.length))).toEqual(CONTENT)
  })

  it('accepts the whole file for an early range, and for no other', async () => {
    answer(200, {}, CONTENT)
    expect(await readRange(ranges, request(10, 1000))).toEqual(CONTENT.slice(10, 1010))
    const late = { ...request(MAX_SKIPPED_BYTES + 1, 10), fileBytes: MAX_SKIPPED_BYTES + 100 }
    expect(await failureOf(ranges, late)).toMatchObject({ fate: 'file-gone' })
  })

  it('asks for the rest if the server sends fewer bytes at a time', async () => {
    server.handle = ({ headers }, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!.map(Number)
      const last = Math.min(to!, from! + 9999)
      response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${CONTENT.length}` })
      response.end(CONTENT.subarray(from!, last + 1))
      return true
    }
    expect(await readRange(ranges, request(1000, 35_000))).toEqual(CONTENT.slice(1000, 36_000))
    expect(server.seen.map(({ range }) => range)).toEqual(
      [1000, 11_000, 21_000, 31_000].map(start => [start, 35_999]),
    )
  })

  it.each([
    [8000, 10_000, [8000, 10_000, 20_000, 30_000, 40_000]],
    [9999, 10_000, [9999, 10_000, 20_000, 30_000, 40_000]],
    [8191, 8192, [8191, 8192, 16_384, 24_576, 32_768, 40_960]],
  ])('asks on if the part from %i ends at a multiple of %i', async (start, size, starts) => {
    server.handle = ({ headers }, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!.map(Number)
      const last = Math.min(to!, (Math.floor(from! / size) + 1) * size - 1)
      response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${CONTENT.length}` })
      response.end(CONTENT.subarray(from!, last + 1))
      return true
    }
    expect(await readRange(ranges, request(start, 41_000 - start))).toEqual(CONTENT.slice(start, 41_000))
    expect(server.seen.map(({ range }) => range![0])).toEqual(starts)
  })

  it('gives up on one that sends next to nothing', async () => {
    server.handle = ({ headers }, response) => {
      const [, from] = /^bytes=(\d+)-/.exec(headers.range ?? '')!.map(Number)
      const range = `bytes ${from}-${from}/${CONTENT.length}`
      response.writeHead(206, { 'content-range': range }).end(CONTENT.subarray(from!, from! + 1))
      return true
    }
    expect(await failureOf(ranges, request(10, 10_000))).toMatchObject({
      fate: 'server-gone',
      message: 'it sends fewer than 4096 bytes at a time',
    })
    expect(server.seen).toHaveLength(2)
  })

  it('rejects another range', async () => {
    answer(206, { 'content-range': `bytes 0-9/${CONTENT.length}` }, CONTENT.slice(0, 10))
    expect(await failureOf(ranges, request(10, 10))).toMatchObject({ fate: 'server-gone' })
    answer(206, { 'content-range': 'bytes many' }, CONTENT.slice(0, 10))
    expect(await failureOf(ranges, request(10, 10))).toMatchObject({ fate: 'server-gone' })
    answer(206, {}, CONTENT.slice(0, 10))
    expect(await failureOf(ranges, request(10, 10))).toMatchObject({ fate: 'server-gone' })
  })

  it('rejects a file of another length', async () => {
    expect(await failureOf(ranges, request(0, 10, { fileBytes: 999 }))).toMatchObject({ fate: 'file-gone' })
    answer(416, {})
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate: 'file-gone' })
  })

  it('rejects a compressed body', async () => {
    answer(
      206,
      { 'content-encoding': 'gzip', 'content-range': `bytes 0-9/${CONTENT.length}` },
      'x'.repeat(10),
    )
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate: 'server-gone' })
  })

  it('rejects a body that is shorter or longer than stated', async () => {
    const range = { 'content-range': `bytes 0-99/${CONTENT.length}` }
    answer(206, range, CONTENT.slice(0, 50))
    expect(await failureOf(ranges, request(0, 100))).toMatchObject({ fate: 'server-later' })
    answer(206, range, CONTENT.slice(0, 5000))
    expect(await readRange(ranges, request(0, 100))).toEqual(CONTENT.slice(0, 100))
  })

  it('accepts a chunked body', async () => {
    server.handle = (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-99999/${CONTENT.length}` })
      for (let at = 0; at < 100_000; at += 10_000) response.write(CONTENT.subarray(at, at + 10_000))
      response.end()
      return true
    }
    expect(await readRange(ranges, request(0, 100_000))).toEqual(CONTENT.slice(0, 100_000))
  })

  it.each([
    [404, 'file-later'],
    [403, 'file-later'],
    [410, 'file-gone'],
    [500, 'server-later'],
    [429, 'server-later'],
    [304, 'server-later'],
  ])('status %i is %s', async (status, fate) => {
    answer(status, {})
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate })
  })

  it('obeys Retry-After of a busy server', async () => {
    answer(503, { 'retry-after': '7' })
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({
      fate: 'server-later',
      retryAfterMs: 7000,
    })
  })
})

describe('redirects', () => {
  const redirect = (location: string, status = 302) => {
    server.handle = (req, response) => {
      if (req.url !== '/f') return false
      response.writeHead(status, { location, 'content-length': 5 }).end('moved')
      return true
    }
  }

  it('are followed, and remembered for the next range', async () => {
    server.files.set('/mirror', CONTENT)
    redirect('/mirror')
    await readRange(ranges, request(0, 10))
    await readRange(ranges, request(10, 10))
    expect(server.seen.map(({ path }) => path)).toEqual(['/f', '/mirror', '/mirror'])
    expect(server.connections).toBe(1)
  })

  it('are requested anew if their target fails', async () => {
    server.files.set('/mirror', CONTENT)
    redirect('/mirror')
    await readRange(ranges, request(0, 10))
    server.files.delete('/mirror')
    server.files.set('/mirror2', CONTENT)
    redirect('/mirror2')
    expect(await readRange(ranges, request(10, 10))).toEqual(CONTENT.slice(10, 20))
  })

  it('do not continue forever', async () => {
    redirect('/f')
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate: 'server-later' })
    expect(server.seen.length).toBeLessThan(10)
  })

  it('do not send the password to another host', async () => {
    await using other = await RangeServer.open({ '/f': CONTENT })
    redirect(`http://localhost:${other.port}/f`)
    await readRange(ranges, request(0, 10, { url: `http://me:secret@127.0.0.1:${server.port}/f` }))
    expect(server.seen[0]!.headers.authorization).toBeDefined()
    expect(other.seen[0]!.headers.authorization).toBeUndefined()
  })

  it('do not lead from outside into the local network', async () => {
    // localhost represents an internet host in this test.
    const guarded = open({ isLocal: host => host !== '127.0.0.1' })
    redirect(`http://[::1]:${server.port}/f`)
    expect(await failureOf(guarded, request(0, 10))).toMatchObject({ fate: 'server-gone' })
    expect(server.seen).toHaveLength(1)
  })

  it('do not lead to other schemes', async () => {
    redirect('file:///etc/passwd')
    expect(await failureOf(ranges, request(0, 10))).toMatchObject({ fate: 'server-gone' })
  })

  it('may have a body that never ends', async () => {
    server.files.set('/mirror', CONTENT)
    server.handle = (req, response) => {
      if (req.url !== '/f') return false
      response.writeHead(302, { location: '/mirror' }).write('moved')
      return true
    }
    expect(await readRange(ranges, request(0, 10))).toEqual(CONTENT.slice(0, 10))
  })
})

it('rejects a URL of the local network with a query', async () => {
  const failure = await failureOf(ranges, request(0, 10, { url: server.url('/f?do=this') }))
  expect(failure).toMatchObject({ fate: 'server-gone' })
  expect(server.seen).toHaveLength(0)
})

it('reports a server that refuses connections', async () => {
  const url = server.url('/f')
  await server.close()
  expect(await failureOf(ranges, request(0, 10, { url }))).toMatchObject({ fate: 'server-later' })
})

it('reports a name that does not exist', async () => {
  const failure = await failureOf(ranges, request(0, 10, { url: 'http://no-such-host.invalid/f' }))
  expect(failure).toMatchObject({ fate: 'server-later' })
})

describe('a response that is not HTTP', () => {
  let raw: Server
  let greet: (socket: Socket) => void

  beforeEach(async () => {
    raw = createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () => greet(socket))
    })
    await new Promise<void>(resolve => raw.listen(0, '127.0.0.1', resolve))
  })

  afterEach(() => new Promise(resolve => raw.close(resolve)))

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['an empty answer', ''],
    ['half a head', 'HTTP/1.1 206 Partial Content\r\nContent-Le'],
    ['a folded header', 'HTTP/1.1 206 OK\r\nA: b\r\n c\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 206 OK\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 206 OK\r\nContent-Length: -1\r\n\r\n'],
    ['chunks and a length', 'HTTP/1.1 206 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n'],
    [
      'a chunk without a length',
      'HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/1000000\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s', async (_, text) => {
    greet = socket => socket.end(text)
    const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}/f`
    expect(await failureOf(ranges, request(0, 10, { url }))).toMatchObject({ fate: 'server-later' })
  })

  it('endless headers', async () => {
    greet = socket => {
      socket.write('HTTP/1.1 206 OK\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write('X-More: of the same\r\n'.repeat(100)));
      }
      socket.on('drain', more)
      more()
    }
    const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}/f`
    const failure = await failureOf(ranges, request(0, 10, { url }))
    expect(failure.message).toMatch(/longer than/)
  })

  it('endless interim responses', async () => {
    greet = socket => {
      const more = () => {
        while (!socket.destroyed && socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)));
      }
      socket.on('drain', more)
      more()
    }
    const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}/f`
    const failure = await failureOf(ranges, request(0, 10, { url }))
    expect(failure.message).toMatch(/without end/)
  })
})
