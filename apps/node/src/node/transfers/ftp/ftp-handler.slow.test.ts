import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { openRoute, type Route } from '@shoal/torrent/route'
import { FtpServer } from '@shoal/torrent/testing/ftp'
import { TestProxy } from '@shoal/torrent/testing/proxy'
import { expect, onTestFinished, test } from 'vitest'
import { downloadFile, testContext } from '../testing/run.ts'
import { temporaryFolder } from '../testing/temporary.ts'
import { FtpHandler } from './ftp-handler.ts'
import { parseFtpUrl } from './ftp-url.ts'

const CONTENT = randomBytes(2_000_000)
const files = { 'pub/a file.iso': CONTENT, '/etc/motd': Buffer.from('hello'), empty: Buffer.alloc(0) }

test('an anonymous user downloads a file', async () => {
  await using server = await FtpServer.start({ files })
  const context = testContext()
  const handler = new FtpHandler({ context })
  const directory = await temporaryFolder()
  const { path, reports } = await downloadFile(
    handler,
    `ftp://${server.host}/pub/a%20file.iso;type=i`,
    directory,
  )
  expect(basename(path)).toBe('a file.iso')
  expect(await readFile(path)).toEqual(CONTENT)
  expect(reports[0]).toMatchObject({ doneBytes: 0, totalBytes: CONTENT.length })
  expect(server.commands).toContain('USER anonymous')
  expect(server.commands).toContain('TYPE I')
  const motd = await downloadFile(handler, `ftp://${server.host}/%2Fetc/motd`, directory)
  expect(await readFile(motd.path, 'utf8')).toBe('hello')
  const empty = await downloadFile(handler, `ftp://${server.host}/empty`, directory)
  expect(await readFile(empty.path, 'utf8')).toBe('')
  await until('no connection is left', () => server.open === 0)
  expect((await readdir(directory)).length).toBe(3)
})

test.each(['127.0.0.1', 'localhost'])('an untrusted link to %s is not fetched', async host => {
  await using server = await FtpServer.start({ files })
  const handler = new FtpHandler({ context: testContext() })
  const url = `ftp://${host}:${server.host.split(':')[1]}/empty`
  const download = handler.download(url, { directory: await temporaryFolder(), outsideOnly: true })
  await expect(download).rejects.toMatchObject({ code: 'bad-message', message: /local network/ })
  expect(server.commands).toEqual([])
})

/**
 * Expects each part of a transfer to continue where the client was: up to 900,000 bytes after the
 * previous part, possibly none, since the client can drop unread data when the server ends the
 * connection. Returns the number of parts.
 */
function expectContinued(server: FtpServer): number {
  const starts = server.commands.flatMap(line => (line.startsWith('REST ') ? Number(line.slice(5)) : []))
  expect(starts.length).toBeGreaterThanOrEqual(2)
  for (const [index, start] of starts.entries()) {
    const before = starts[index - 1] ?? 0
    expect(start).toBeGreaterThanOrEqual(before)
    expect(start).toBeLessThanOrEqual(before + 900_000)
  }
  return server.commands.filter(line => line.startsWith('RETR ')).length
}

test('an interrupted transfer resumes with REST', async () => {
  await using server = await FtpServer.start({ files, cutAfter: 900_000 })
  const context = testContext()
  const url = `ftp://me:s3cret@${server.host}/pub/a%20file.iso`
  const { path } = await downloadFile(new FtpHandler({ context }), url, await temporaryFolder())
  expect(await readFile(path)).toEqual(CONTENT)
  expectContinued(server)
  expect(server.commands).toContain('PASS s3cret')
  expect(context.log.text).toContain('retrying in')
  expect(context.log.text).not.toContain('s3cret')
})

test('a server without REST starts over, and one without SIZE is trusted', async () => {
  await using server = await FtpServer.start({ files, cutAfter: 900_000, without: ['REST'] })
  const handler = new FtpHandler({ context: testContext() })
  const url = `ftp://${server.host}/pub/a%20file.iso`
  const directory = await temporaryFolder()
  const download = await handler.download(url, { directory })
  if (download.kind !== 'file') throw new Error('it is a file')
  const run = download.run({ signal: new AbortController().signal, report: () => {} })
  await until('it was cut', () => server.commands.some(line => line.startsWith('REST')))
  Object.assign(server.options, { cutAfter: Number.POSITIVE_INFINITY })
  expect(await readFile((await run).path)).toEqual(CONTENT)

  await using plain = await FtpServer.start({ files, without: ['SIZE', 'MDTM'] })
  const { path } = await downloadFile(handler, `ftp://${plain.host}/pub/a%20file.iso`, directory)
  expect(await readFile(path)).toEqual(CONTENT)
  expect(basename(path)).toBe('a file (2).iso')
})

test('errors are immediate and say what to do', async () => {
  await using server = await FtpServer.start({ files, password: 'right' })
  const handler = new FtpHandler({ context: testContext() })
  const directory = await temporaryFolder()
  const get = (url: string) => handler.download(url, { directory })
  await expect(get(`ftp://me:wrong@${server.host}/empty`)).rejects.toMatchObject({
    code: 'no-permission',
    message: expect.not.stringContaining('wrong'),
  })
  await expect(get(`ftp://me:right@${server.host}/missing`)).rejects.toMatchObject({ code: 'not-found' })
  await expect(get('ftp://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'no-answer' })
  expect(await readdir(directory)).toEqual([])
})

test('stopping closes the connections', async () => {
  await using server = await FtpServer.start({ files: { x: randomBytes(50_000_000) } })
  const stop = new AbortController()
  const download = await new FtpHandler({ context: testContext() }).download(`ftp://${server.host}/x`, {
    directory: await temporaryFolder(),
  })
  if (download.kind !== 'file') throw new Error('it is a file')
  const report = ({ doneBytes }: { doneBytes: number }) => doneBytes > 0 && stop.abort(new Error('enough'))
  await expect(download.run({ signal: stop.signal, report })).rejects.toThrow('enough')
  await until('no connection is left', () => server.open === 0)
})

async function strictRoute(): Promise<{ proxy: TestProxy; route: Route }> {
  const proxy = await TestProxy.open({ names: { 'files.example': '127.0.0.1' } })
  const route = openRoute({ proxy: { url: proxy.url, mode: 'strict' }, clock: systemClock })!
  onTestFinished(async () => {
    await proxy.close()
    await route.close()
  })
  return { proxy, route }
}

test.each([{ without: [] }, { without: ['EPSV'] }])(
  'behind a strict proxy, both connections and the name go to it, also when a transfer resumes ($without)',
  async ({ without }) => {
    await using server = await FtpServer.start({ files, cutAfter: 900_000, without })
    const { proxy, route } = await strictRoute()
    const handler = new FtpHandler({ context: testContext(), route })
    const [, port] = server.host.split(':')
    const url = `ftp://files.example:${port}/pub/a%20file.iso`
    const { path } = await downloadFile(handler, url, await temporaryFolder())
    expect(await readFile(path)).toEqual(CONTENT)
    // A control and a data connection for each part.
    const parts = expectContinued(server)
    expect(proxy.connects).toHaveLength(2 * parts)
    expect(proxy.connects.filter(to => to === `files.example:${port}`)).toHaveLength(parts)
    for (const to of proxy.connects) expect(to).toMatch(/^files\.example:/)
    await until('no connection is left', () => server.open === 0)
  },
)

test('behind a proxy that cannot reach the server, the error says so', async () => {
  const { route } = await strictRoute()
  const handler = new FtpHandler({ context: testContext(), route })
  const download = handler.download('ftp://127.0.0.1:1/x', { directory: await temporaryFolder() })
  await expect(download).rejects.toMatchObject({ code: 'no-answer' })
})

test('an untrusted link is not fetched from the local network behind a proxy', async () => {
  await using server = await FtpServer.start({ files })
  const { proxy, route } = await strictRoute()
  const handler = new FtpHandler({ context: testContext(), route })
  const download = handler.download(`ftp://${server.host}/empty`, {
    directory: await temporaryFolder(),
    outsideOnly: true,
  })
  await expect(download).rejects.toMatchObject({ code: 'bad-message', message: /local network/ })
  expect(proxy.connects).toEqual([])
})

test.each([
  ['ftp://h/x', { host: 'h', port: 21, user: 'anonymous', path: 'x', tls: 'none' }],
  ['ftps://h/x', { port: 990, tls: 'implicit' }],
  ['ftps://h:2121/x', { port: 2121, tls: 'explicit' }],
  ['FTPES://h/x', { port: 21, tls: 'explicit' }],
  ['ftp://[::1]:99/a/b%2fc', { host: '::1', port: 99, path: 'a/b/c' }],
  ['ftp://a%40b:c%3Ad@h/x', { user: 'a@b', password: 'c:d', shownUrl: 'ftp://h/x' }],
])('%s is parsed', (url, expected) => {
  expect(parseFtpUrl(url)).toMatchObject(expected)
})

test.each([
  'ftp://h/',
  'ftp://h/folder/',
  'ftp://h/a%0d%0aDELE%20b',
  'ftp://u%0aPASS:x@h/a',
  'ftp://h/%ff',
  'ftp://',
])('%s is rejected', url => {
  expect(() => parseFtpUrl(url)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})
