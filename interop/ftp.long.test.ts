/** The node's FTP downloads from real servers. */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { openRoute } from '@shoal/torrent/route'
import { TestProxy } from '@shoal/torrent/testing/proxy'
import { expect, test } from 'vitest'
import { FtpFile } from '../apps/node/src/node/transfers/ftp/ftp-file.ts'
import { FtpHandler } from '../apps/node/src/node/transfers/ftp/ftp-handler.ts'
import { parseFtpUrl } from '../apps/node/src/node/transfers/ftp/ftp-url.ts'
import type { FileDownload } from '../apps/node/src/node/transfers/protocol.ts'
import { Throttle } from '../apps/node/src/node/transfers/throttle.ts'
import { randomFile, sha256Of, tempDir } from './support/files.ts'
import { FtpServer } from './support/ftp.ts'
import { FtpsServer } from './support/ftps.ts'
import { freePort } from './support/ports.ts'
import { missing } from './support/tools.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

function open(tls?: { ca: Buffer }): FtpHandler {
  const context = { clock: systemClock, log, throttle: new Throttle(systemClock), active: new Set<string>() }
  return new FtpHandler({ context, ...(tls && { tls: { ca: tls.ca } }) })
}

async function begin(handler: FtpHandler, url: string, directory: string): Promise<FileDownload> {
  const download = await handler.download(url, { directory })
  if (download.kind !== 'file') throw new Error('not a torrent')
  return download
}

const idle = { signal: new AbortController().signal, report() {} }

test.skipIf(missing('pyftpdlib'))('guests and users download from pyftpdlib', async () => {
  await using dir = await tempDir('ftp')
  await mkdir(dir.join('served', 'a folder'), { recursive: true })
  const file = await randomFile(dir.join('served', 'a folder', 'größe 1.bin'), 20_000_000)
  await using server = await FtpServer.start(dir.join('served'))
  const handler = open()
  const path = `a%20folder/${encodeURIComponent('größe 1.bin')}`
  for (const user of ['', 'me:s3cret@']) {
    const url = `ftp://${user}127.0.0.1:${server.port}/${path}`
    const got = await (await begin(handler, url, dir.join('got'))).run(idle)
    expect(await sha256Of(got.path)).toBe(file.sha256)
  }
  expect((await readdir(dir.join('got'))).sort()).toEqual(['größe 1 (2).bin', 'größe 1.bin'])
  const wrong = begin(handler, `ftp://me:wrong@127.0.0.1:${server.port}/${path}`, dir.join('got'))
  await expect(wrong).rejects.toMatchObject({ code: 'no-permission' })
  for (const missing of ['missing', 'a%20folder'])
    await expect(
      begin(handler, `ftp://127.0.0.1:${server.port}/${missing}`, dir.join('got')),
    ).rejects.toMatchObject({ code: 'not-found' })
})

test.skipIf(missing('pyftpdlib'))(
  'a download resumes after a restart of the node and of the server',
  async () => {
    await using dir = await tempDir('ftp')
    await mkdir(dir.join('served'))
    const file = await randomFile(dir.join('served', 'big.bin'), 8_000_000)
    const port = await freePort()
    const url = `ftp://127.0.0.1:${port}/big.bin`
    const reports: number[] = []
    const report = ({ doneBytes }: { doneBytes: number }) => void reports.push(doneBytes)
    const stop = new AbortController()
    const slow = await FtpServer.start(dir.join('served'), { port, bytesPerSecond: 2_000_000 })
    try {
      const first = (await begin(open(), url, dir.join('got'))).run({ signal: stop.signal, report })
      await until('a part has arrived', () => reports.at(-1)! > 1_000_000)
      stop.abort(Object.assign(new Error('the node stops'), { code: 'closed' }))
      await expect(first).rejects.toThrow('the node stops')
    } finally {
      await slow[Symbol.asyncDispose]()
    }
    const kept = (await readFile(dir.join('got', 'big.bin.part'))).length
    expect(kept).toBe(reports.at(-1))

    // Slow enough that the server stops before the download ends, even on a busy machine.
    const again = await FtpServer.start(dir.join('served'), { port, bytesPerSecond: 500_000 })
    reports.length = 0
    const second = (await begin(open(), url, dir.join('got'))).run({ ...idle, report })
    try {
      await until('more has arrived', () => reports.at(-1)! > kept + 1_000_000)
    } finally {
      await again[Symbol.asyncDispose]()
    }
    expect(reports[0]).toBe(kept)
    await using server = await FtpServer.start(dir.join('served'), { port })
    expect(await sha256Of((await second).path)).toBe(file.sha256)
    expect(reports.every((bytes, at) => at === 0 || bytes >= reports[at - 1]!)).toBe(true)
    // The log arrives separately.
    await until('the server has logged it', () => /REST|RETR/.test(server.output()))
  },
)

test.skipIf(missing('vsftpd', 'openssl'))('downloads over FTPS from vsftpd, which requires TLS', async () => {
  await using dir = await tempDir('ftps')
  await mkdir(dir.join('served'))
  const file = await randomFile(dir.join('served', 'secret.bin'), 5_000_000)
  await using server = await FtpsServer.start(dir.join('served'))
  const url = `ftps://127.0.0.1:${server.port}/secret.bin`
  const got = await (await begin(open(server), url, dir.join('got'))).run(idle)
  expect(await sha256Of(got.path)).toBe(file.sha256)
  // An untrusted certificate, and a login without TLS.
  await expect(begin(open(), url, dir.join('got'))).rejects.toThrow('certificate')
  const clear = begin(open(), url.replace('ftps', 'ftp'), dir.join('got'))
  await expect(clear).rejects.toMatchObject({ code: 'no-permission' })
})

test.skipIf(missing('vsftpd', 'openssl'))(
  'resumes in the middle of a file over implicit FTPS from vsftpd',
  async () => {
    await using dir = await tempDir('ftps')
    await mkdir(dir.join('served'))
    await randomFile(dir.join('served', 'secret.bin'), 1_000_000)
    await using server = await FtpsServer.start(dir.join('served'), { implicit: true })
    const address = parseFtpUrl(`ftps://127.0.0.1:${server.port}/secret.bin`)
    const remote = new FtpFile({ ...address, tls: 'implicit' }, { tls: { ca: server.ca } })
    const { signal } = idle
    const whole = await remote.open(null, { signal })
    const [{ validator, totalBytes }, bytes] = [whole, await read(whole.body)]
    expect(totalBytes).toBe(1_000_000)
    const rest = await remote.open({ atBytes: 400_000, validator: validator!, totalBytes }, { signal })
    expect(rest.atBytes).toBe(400_000)
    expect((await read(rest.body)).equals(bytes.subarray(400_000))).toBe(true)
    for (const opened of [whole, rest]) opened.close()
  },
)

test.skipIf(missing('vsftpd', 'openssl')).each(['explicit', 'implicit'] as const)(
  'downloads over %s FTPS from vsftpd through a strict proxy',
  async tls => {
    await using dir = await tempDir('ftps')
    await mkdir(dir.join('served'))
    const file = await randomFile(dir.join('served', 'secret.bin'), 1_000_000)
    await using server = await FtpsServer.start(dir.join('served'), { implicit: tls === 'implicit' })
    const proxy = await TestProxy.open()
    const route = openRoute({ proxy: { url: proxy.url, mode: 'strict' }, clock: systemClock })!
    const address = parseFtpUrl(`ftps://127.0.0.1:${server.port}/secret.bin`)
    const remote = new FtpFile({ ...address, tls }, { tls: { ca: server.ca }, route })
    const opened = await remote.open(null, idle)
    expect(await read(opened.body)).toEqual(await readFile(file.path))
    opened.close()
    expect(proxy.connects).toHaveLength(2)
    await proxy.close()
    await route.close()
  },
)

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
