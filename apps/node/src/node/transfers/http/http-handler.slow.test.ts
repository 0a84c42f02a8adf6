import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { FileServer, sendFile } from '../testing/file-server.ts'
import { downloadFile, type TestContext, testContext } from '../testing/run.ts'
import { temporaryFolder } from '../testing/temporary.ts'
import { HttpHandler } from './http-handler.ts'

const CONTENT = randomBytes(3_000_000)

function open(context: TestContext = testContext()) {
  return { handler: new HttpHandler({ context, userAgent: 'Shoal/test' }), context }
}

const serve =
  (options: Parameters<typeof sendFile>[3] = {}) =>
  (request: IncomingMessage, response: ServerResponse) =>
    sendFile(request, response, CONTENT, options)

test('a file is downloaded under its name, with progress', async () => {
  await using server = await FileServer.start(serve())
  const directory = await temporaryFolder()
  const { path, reports } = await downloadFile(open().handler, `${server.url}/a/big%20file.iso`, directory)
  expect(basename(path)).toBe('big file.iso')
  expect(await readFile(path)).toEqual(CONTENT)
  expect(await readdir(directory)).toEqual(['big file.iso'])
  expect(reports[0]).toEqual({ doneBytes: 0, totalBytes: CONTENT.length, name: 'big file.iso' })
  expect(reports.at(-1)!.doneBytes).toBe(CONTENT.length)
  expect(server.headers('user-agent')).toEqual(['Shoal/test'])
})

test('creates the folder, and handles empty files and unknown lengths', async () => {
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/chunked') response.write('abc')
    response.end()
  })
  const directory = join(await temporaryFolder(), 'deep', 'er')
  const { handler } = open()
  expect(await readFile((await downloadFile(handler, `${server.url}/empty`, directory)).path, 'utf8')).toBe(
    '',
  )
  expect(await readFile((await downloadFile(handler, `${server.url}/chunked`, directory)).path, 'utf8')).toBe(
    'abc',
  )
})

test('the server’s file name cannot lead out of the folder or replace a file', async () => {
  await using server = await FileServer.start(
    serve({ headers: { 'content-disposition': 'attachment; filename="../../evil.sh"' } }),
  )
  const directory = await temporaryFolder()
  const { handler } = open()
  const first = await downloadFile(handler, `${server.url}/1`, directory)
  const second = await downloadFile(handler, `${server.url}/2`, directory)
  expect(basename(first.path)).toBe('___.._evil.sh')
  expect(basename(second.path)).toBe('___.._evil (2).sh')
  expect((await readdir(directory)).sort()).toEqual(['___.._evil (2).sh', '___.._evil.sh'])
})

test.each(['127.0.0.1', 'localhost'])('redirects of outside servers to %s are not followed', async host => {
  await using server = await FileServer.start((request, response) => {
    const to = `http://${host}:${server.host.split(':')[1]}/secret`
    if (request.url === '/start') response.writeHead(302, { location: to })
    response.end('secret')
  })
  // The first response is treated as coming from another site.
  const asked: string[] = []
  const isLocal = (address: string) => asked.push(address) > 1
  const { context } = open()
  const handler = new HttpHandler({ context, userAgent: 'Shoal/test', isLocal })
  const download = handler.download(`${server.url}/start`, { directory: await temporaryFolder() })
  await expect(download).rejects.toMatchObject({ code: 'bad-message', message: /local network/ })
  expect(server.requests.map(({ url }) => url)).toEqual(['/start'])
})

test.each(['127.0.0.1', 'localhost'])('an untrusted link to %s is not fetched', async host => {
  await using server = await FileServer.start(serve())
  const { handler } = open()
  const url = `http://${host}:${server.host.split(':')[1]}/film.torrent`
  const directory = await temporaryFolder()
  const refused = { code: 'bad-message', message: /local network/ }
  const { signal } = new AbortController()
  await expect(handler.download(url, { directory, outsideOnly: true })).rejects.toMatchObject(refused)
  await expect(handler.torrentBehind(url, { signal, outsideOnly: true })).rejects.toMatchObject(refused)
  expect(server.requests).toEqual([])
})

test('an interrupted download resumes where it ended', async () => {
  await using server = await FileServer.start(serve({ cutAfter: 1_000_000 }))
  const directory = await temporaryFolder()
  const { path } = await downloadFile(open().handler, `${server.url}/file`, directory)
  expect(await readFile(path)).toEqual(CONTENT)
  const ranges = server.headers('range')
  expect(ranges[0]).toBeUndefined()
  expect(ranges.length).toBeGreaterThanOrEqual(3)
  expect(Number(/^bytes=(\d+)-$/.exec(ranges.at(-1)!)![1])).toBeGreaterThan(0)
  expect(server.headers('if-range').at(-1)).toBe('"one"')
})

test('a server without ranges is read from the beginning', async () => {
  let requests = 0
  await using server = await FileServer.start((request, response) =>
    sendFile(request, response, CONTENT, { ranges: false, ...(++requests === 1 && { cutAfter: 500_000 }) }),
  )
  const { path } = await downloadFile(open().handler, `${server.url}/file`, await temporaryFolder())
  expect(await readFile(path)).toEqual(CONTENT)
  expect(requests).toBe(2)
})

test('a new version replaces the partial old one', async () => {
  const newer = randomBytes(2_000_000)
  let requests = 0
  await using server = await FileServer.start((request, response) =>
    ++requests === 1
      ? sendFile(request, response, CONTENT, { cutAfter: 1_000_000 })
      : sendFile(request, response, newer, { etag: '"two"' }),
  )
  const { path } = await downloadFile(open().handler, `${server.url}/file`, await temporaryFolder())
  expect(await readFile(path)).toEqual(newer)
})

test('parts without a validator are never combined', async () => {
  await using server = await FileServer.start(serve({ etag: null, cutAfter: 1_000_000 }))
  const download = downloadFile(open().handler, `${server.url}/file`, await temporaryFolder())
  await expect(download).rejects.toMatchObject({ code: 'no-answer' })
  expect(new Set(server.headers('range'))).toEqual(new Set([undefined]))
})

test('a busy server is retried; a missing file is not', async () => {
  const answers = [503, 429, 500]
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/missing') return void response.writeHead(404).end()
    const status = request.headers.range ? undefined : answers.shift()
    if (status) response.writeHead(status, { 'retry-after': '1' }).end()
    else sendFile(request, response, CONTENT)
  })
  const { handler } = open()
  const directory = await temporaryFolder()
  // The first failure is reported immediately: the address may be mistyped.
  await expect(handler.download(`${server.url}/file`, { directory })).rejects.toMatchObject({
    code: 'no-answer',
  })
  await expect(handler.download(`${server.url}/missing`, { directory })).rejects.toMatchObject({
    code: 'not-found',
  })
  expect(server.requests.length).toBe(2)
})

test('an interrupted download resumes in the next run of the node', async () => {
  let held: ServerResponse | null = null
  await using server = await FileServer.start((request, response) => {
    if (request.headers.range) return sendFile(request, response, CONTENT)
    response.writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' })
    response.write(CONTENT.subarray(0, 1_200_000))
    held = response
  })
  const directory = await temporaryFolder()
  const url = `${server.url}/big.iso`
  const stop = new AbortController()
  const download = await open().handler.download(url, { directory })
  if (download.kind !== 'file') throw new Error('it is a file')
  const reports: number[] = []
  const run = download.run({ signal: stop.signal, report: ({ doneBytes }) => void reports.push(doneBytes) })
  await until('all came that was sent', () => reports.at(-1) === 1_200_000)
  stop.abort(Object.assign(new Error('the node stops'), { code: 'closed' }))
  await expect(run).rejects.toThrow('the node stops')
  expect(
    held!.destroyed || held!.socket?.destroyed || (await until('it hung up', () => held!.destroyed)),
  ).toBe(true)
  expect((await readdir(directory)).sort()).toEqual([expect.stringMatching(/^\.shoal-/), 'big.iso.part'])

  const again = await downloadFile(open().handler, url, directory)
  expect(await readFile(again.path)).toEqual(CONTENT)
  expect(server.headers('range').at(-1)).toBe('bytes=1200000-')
  expect(await readdir(directory)).toEqual(['big.iso'])
})

test('after a crash, only saved bytes count', async () => {
  await using server = await FileServer.start(serve())
  const directory = await temporaryFolder()
  const key = createHash('sha256').update(`${server.url}/file`).digest('hex').slice(0, 24)
  const record = {
    version: 1,
    name: 'file',
    part: 'file.part',
    validator: '"one"',
    totalBytes: CONTENT.length,
  }
  const part = Buffer.concat([CONTENT.subarray(0, 1000), Buffer.alloc(5000)])
  await writeFile(join(directory, 'file.part'), part)
  await writeFile(join(directory, `.shoal-${key}.json`), JSON.stringify({ ...record, savedBytes: 1000 }))
  const { path } = await downloadFile(open().handler, `${server.url}/file`, directory)
  expect(await readFile(path)).toEqual(CONTENT)
  expect(server.headers('range')).toEqual(['bytes=1000-'])
  expect(await readdir(directory)).toEqual(['file'])
})

test('a cancelled download leaves nothing behind', async () => {
  await using server = await FileServer.start((_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' })
    response.write(CONTENT.subarray(0, 100_000))
  })
  const directory = await temporaryFolder()
  const stop = new AbortController()
  const { handler, context } = open()
  const download = await handler.download(`${server.url}/big.iso`, { directory })
  if (download.kind !== 'file') throw new Error('it is a file')
  const { promise: began, resolve } = Promise.withResolvers<void>()
  const run = download.run({ signal: stop.signal, report: ({ doneBytes }) => doneBytes > 0 && resolve() })
  await began
  await expect(handler.download(`${server.url}/big.iso`, { directory })).rejects.toMatchObject({
    code: 'in-use',
  })
  stop.abort(Object.assign(new Error('it was cancelled'), { code: 'cancelled' }))
  await expect(run).rejects.toThrow('cancelled')
  expect(await readdir(directory)).toEqual([])
  expect(context.active.size).toBe(0)
  await until('no connection is left', async () => (await server.connections()) === 0)
})

test('a tampered record cannot lead to another file', async () => {
  await using server = await FileServer.start(serve())
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'precious'), 'mine')
  const key = createHash('sha256').update(`${server.url}/file`).digest('hex').slice(0, 24)
  const record = {
    version: 1,
    name: 'x',
    part: '../precious',
    validator: '"one"',
    totalBytes: 4,
    savedBytes: 4,
  }
  await writeFile(join(directory, `.shoal-${key}.json`), JSON.stringify(record))
  const { path } = await downloadFile(open().handler, `${server.url}/file`, directory)
  expect(await readFile(path)).toEqual(CONTENT)
  expect(await readFile(join(directory, 'precious'), 'utf8')).toBe('mine')
})

test('a .torrent is recognized by its type or name, and passed on', async () => {
  await using server = await FileServer.start((request, response) => {
    const type =
      request.url === '/typed' ? 'application/x-bittorrent; charset=binary' : 'application/octet-stream'
    const named = { 'content-disposition': 'attachment; filename="a.torrent"' }
    response.writeHead(200, { 'content-type': type, ...(request.url === '/named' && named) }).end('d4:infode')
  })
  const directory = await temporaryFolder()
  const { handler, context } = open()
  for (const name of ['typed', 'named']) {
    const download = await handler.download(`${server.url}/${name}`, { directory })
    if (download.kind !== 'torrent') throw expect.unreachable('it is a torrent')
    expect(Buffer.from(download.content).toString()).toBe('d4:infode')
  }
  expect((await handler.download(`${server.url}/other`, { directory })).kind).toBe('file')
  expect(context.active.size).toBe(1)
})

test('five redirects are followed, but not six, and none to another scheme', async () => {
  await using server = await FileServer.start((request, response) => {
    const left = Number(/^\/hops\/(\d+)$/.exec(request.url!)?.[1] ?? Number.NaN)
    if (request.url === '/file-scheme') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else if (request.url === '/ftp') response.writeHead(302, { location: 'ftp://127.0.0.1/x' }).end()
    else if (left > 0) response.writeHead(302, { location: `/hops/${left - 1}` }).end()
    else sendFile(request, response, CONTENT)
  })
  const directory = await temporaryFolder()
  const { handler } = open()
  expect((await downloadFile(handler, `${server.url}/hops/5`, directory)).path).toBe(join(directory, '0'))
  for (const path of ['/hops/6', '/file-scheme', '/ftp'])
    await expect(handler.download(`${server.url}${path}`, { directory })).rejects.toMatchObject({
      code: 'bad-message',
    })
})

test('user name and password are sent to their own server only, and never logged', async () => {
  await using other = await FileServer.start(serve())
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/local') response.writeHead(302, { location: '/file' }).end()
    else if (request.url === '/away') response.writeHead(302, { location: `${other.url}/file` }).end()
    else sendFile(request, response, CONTENT, { cutAfter: 2_000_000 })
  })
  const context = testContext()
  const { handler } = open(context)
  const directory = await temporaryFolder()
  const withPassword = `http://me:s3cret@${server.host}`
  await downloadFile(handler, `${withPassword}/local?key=k3y`, directory)
  await downloadFile(handler, `${withPassword}/away`, directory)
  const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`
  expect(new Set(server.headers('authorization'))).toEqual(new Set([basic]))
  expect(other.headers('authorization')).toEqual([undefined])
  expect(context.log.text).toContain('retrying in')
  expect(context.log.text).not.toMatch(/s3cret|k3y/)
})

test('too many bytes and wrong ranges are rejected', async () => {
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/range') response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789')
    else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
    else response.writeHead(200, { 'content-length': '99999999999999999999' }).end()
  })
  const directory = await temporaryFolder()
  const { handler } = open()
  await expect(handler.download(`${server.url}/range`, { directory })).rejects.toMatchObject({
    code: 'bad-message',
  })
  await expect(handler.download(`${server.url}/gzip`, { directory })).rejects.toMatchObject({
    code: 'unsupported',
  })
  await expect(handler.download(`${server.url}/huge`, { directory })).rejects.toThrow()
  expect(await readdir(directory)).toEqual([])
})

test('a file that does not fit on the disk is rejected before the download', async () => {
  await using server = await FileServer.start((_, response) => {
    response.writeHead(200, { 'content-length': '9000000000000000' })
    response.write('x')
  })
  const download = downloadFile(open().handler, `${server.url}/huge`, await temporaryFolder())
  await expect(download).rejects.toMatchObject({ code: 'no-space' })
})

test('a stalled server is disconnected and retried', async () => {
  await using server = await FileServer.start((request, response) => {
    if (request.headers.range) return sendFile(request, response, CONTENT)
    response.writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' })
    response.write(CONTENT.subarray(0, 1000))
  })
  const context = testContext()
  const { path } = await downloadFile(open(context).handler, `${server.url}/file`, await temporaryFolder())
  expect(await readFile(path)).toEqual(CONTENT)
  expect(context.log.text).toContain('no data arrived')
})

test('the global rate limit applies', async () => {
  await using server = await FileServer.start(serve())
  const context = testContext()
  const waits: number[] = []
  const clock = {
    ...context.clock,
    nowMs: () => 0,
    after: (delayMs: number, callback: () => void) => {
      // A transfer's stall timeouts last a minute.
      if (delayMs < 60_000) waits.push(delayMs)
      return context.clock.after(delayMs, callback)
    },
  }
  const { Throttle } = await import('../throttle.ts')
  const throttle = new Throttle(clock, 1_000_000)
  await downloadFile(open({ ...context, throttle }).handler, `${server.url}/file`, await temporaryFolder())
  // Its time does not advance: the last chunk is paid for when all bytes have arrived.
  expect(waits.at(-1)).toBeCloseTo(3000, 0)
})

test('a refused connection is reported', async () => {
  let url = ''
  {
    await using server = await FileServer.start(serve())
    url = server.url
  }
  const { handler, context } = open()
  const download = handler.download(`${url}/file`, { directory: await temporaryFolder() })
  await expect(download).rejects.toMatchObject({
    code: 'no-answer',
    message: expect.stringContaining('connection refused'),
  })
  expect(context.active.size).toBe(0)
})

describe('a link that does not look like one of a torrent', () => {
  const TORRENT = Buffer.from('d8:announce10:http://t/a4:infod4:name1:aee')
  const look = { signal: new AbortController().signal }

  const types = ['text/html; charset=utf-8', 'application/octet-stream', 'application/torrent', 'text/xml']
  test.each([...types, undefined])('is one if it sends a .torrent as %s', async type => {
    await using server = await FileServer.start((_, response) => {
      response.writeHead(200, type === undefined ? {} : { 'content-type': type })
      response.write(TORRENT.subarray(0, 3))
      setImmediate(() => response.end(TORRENT.subarray(3)))
    })
    const { handler } = open()
    const directory = await temporaryFolder()
    const added = await handler.download(`${server.url}/get?id=1`, { directory })
    expect(added).toEqual({ kind: 'torrent', content: TORRENT })
    expect(await handler.torrentBehind(`${server.url}/get?id=1`, look)).toEqual(TORRENT)
    expect(await readdir(directory)).toEqual([])
  })

  test.each([
    { 'content-type': 'text/html', 'content-encoding': 'gzip' },
    { 'content-type': 'application/gzip' },
  ])('is one if it is compressed, whatever the server says of it', async headers => {
    const zipped = gzipSync(TORRENT)
    await using server = await FileServer.start((_, response) => {
      response.writeHead(200, headers)
      response.write(zipped.subarray(0, 10))
      setImmediate(() => response.end(zipped.subarray(10)))
    })
    const { handler } = open()
    const added = await handler.download(`${server.url}/get?id=1`, { directory: await temporaryFolder() })
    expect(added).toEqual({ kind: 'torrent', content: zipped })
  })

  test('is a plain file otherwise, and loses no byte by the look at its beginning', async () => {
    const page = Buffer.concat([Buffer.from('<html>'), CONTENT])
    await using server = await FileServer.start((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write(page.subarray(0, 3))
      response.end(page.subarray(3))
    })
    const { handler } = open()
    const { path } = await downloadFile(handler, `${server.url}/page`, await temporaryFolder())
    expect(Buffer.compare(await readFile(path), page)).toBe(0)
    expect(await handler.torrentBehind(`${server.url}/page`, look)).toBeNull()
  })

  test('is a plain file whose beginning is asked for again if the connection breaks before it', async () => {
    let asked = 0
    await using server = await FileServer.start((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': CONTENT.length })
      response.flushHeaders()
      if (asked++ === 0) setImmediate(() => response.destroy())
      else response.end(CONTENT)
    })
    const { handler, context } = open()
    const { path } = await downloadFile(handler, `${server.url}/page`, await temporaryFolder())
    expect(Buffer.compare(await readFile(path), CONTENT)).toBe(0)
    expect(context.active.size).toBe(0)
  })

  test('is left when its look is cancelled', async () => {
    const cancel = new AbortController()
    const closed = Promise.withResolvers<void>()
    await using server = await FileServer.start((request, response) => {
      request.socket.on('close', closed.resolve)
      response.writeHead(200, { 'content-type': 'text/html' }).flushHeaders()
      setImmediate(() => cancel.abort())
    })
    const { handler, context } = open()
    const options = { directory: await temporaryFolder(), signal: cancel.signal }
    await expect(handler.download(`${server.url}/page`, options)).rejects.toThrow('aborted')
    await closed.promise
    expect(context.active.size).toBe(0)
  })

  test('leaves no connection when it leads to a magnet link', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await FileServer.start((request, response) => {
      request.socket.on('close', closed.resolve)
      const location = `magnet:?xt=urn:btih:${'a'.repeat(40)}`
      response.writeHead(302, { location, 'content-length': 1_000_000 }).write('endless')
    })
    await open().handler.torrentBehind(`${server.url}/dl`, look)
    await closed.promise
  })

  test('may lead to a magnet link', async () => {
    const magnet = `magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=film`
    await using server = await FileServer.start((request, response) => {
      response.writeHead(302, { location: request.url === '/dl?id=1' ? '/next' : magnet }).end()
    })
    const { handler } = open()
    const directory = await temporaryFolder()
    const added = await handler.download(`${server.url}/dl?id=1`, { directory })
    expect(added).toEqual({ kind: 'torrent', content: magnet })
    expect(await handler.torrentBehind(`${server.url}/dl?id=1`, look)).toBe(magnet)
    expect(await readdir(directory)).toEqual([])
    // The first leaves nothing behind that blocks a second.
    expect(await handler.download(`${server.url}/dl?id=1`, { directory })).toEqual(added)
  })
})
