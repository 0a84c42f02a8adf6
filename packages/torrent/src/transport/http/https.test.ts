import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHttpRanges } from './http-ranges.node.ts'
import type { RangeRequest } from './http-ranges.ts'
import { failureOf, readRange } from './testing/read-all.ts'

const CONTENT = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

/** Without openssl there is no certificate to test with. */
function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasOpenssl())('https', () => {
  let folder: string
  let ca: string
  let server: Server

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'https-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
    const made = [
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=test',
      '-addext',
      names,
    ]
    execFileSync('openssl', ['req', ...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    ca = readFileSync(cert, 'utf8')
    server = createServer({ key: readFileSync(key), cert: ca }, (request, response) => {
      const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range!)!.map(Number)
      const range = `bytes ${first}-${last}/${CONTENT.length}`
      response.writeHead(206, { 'content-range': range }).end(CONTENT.subarray(first, last! + 1))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })

  afterAll(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  function request(host: string): RangeRequest {
    const { port } = server.address() as AddressInfo
    return { url: `https://${host}:${port}/f`, start: 10, lengthBytes: 700_000, fileBytes: CONTENT.length }
  }

  it.each(['127.0.0.1', 'localhost'])('accepts a trusted certificate, at %s', async host => {
    const ranges = openHttpRanges({ userAgent: 'Test/1', ca })
    expect(await readRange(ranges, request(host))).toEqual(CONTENT.slice(10, 700_010))
    ranges.closeIdle()
  })

  it('rejects an untrusted certificate', async () => {
    const ranges = openHttpRanges({ userAgent: 'Test/1' })
    expect(await failureOf(ranges, request('localhost'))).toMatchObject({
      fate: 'server-later',
      message: expect.stringMatching(/certificate/),
    })
  })
})
