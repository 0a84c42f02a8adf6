import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileServer } from '../testing/file-server.ts'
import { downloadFile, testContext } from '../testing/run.ts'
import { temporaryFolder } from '../testing/temporary.ts'
import { HttpHandler } from './http-handler.ts'

function handler(ca?: Buffer): HttpHandler {
  return new HttpHandler({
    context: testContext(),
    userAgent: 'test',
    ...(ca && { tls: { ca } }),
  })
}

test.skipIf(!hasOpenssl())(
  'https requires a trusted certificate and is never downgraded to http',
  async () => {
    const folder = await temporaryFolder()
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test']
    const out = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]
    execFileSync('openssl', ['req', ...made, ...out], { stdio: 'ignore' })
    const ca = await readFile(certificate)
    await using plain = await FileServer.start((request, response) => {
      if (request.url === '/up') response.writeHead(302, { location: `${url}/file` }).end()
      else response.end('in the clear')
    })
    const server = createServer({ key: await readFile(key), cert: ca }, (request, response) => {
      if (request.url === '/down') response.writeHead(302, { location: `${plain.url}/file` }).end()
      else response.end('in secret')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      for (const start of [`${url}/file`, `${plain.url}/up`]) {
        const { path } = await downloadFile(handler(ca), start, folder)
        expect(await readFile(path, 'utf8')).toBe('in secret')
      }
      const down = handler(ca).download(`${url}/down`, { directory: folder })
      await expect(down).rejects.toMatchObject({ code: 'bad-message' })
      const stranger = handler().download(`${url}/file`, { directory: folder })
      await expect(stranger).rejects.toThrow('its certificate is not trusted')
      expect(plain.requests.map(request => request.url)).toEqual(['/up'])
    } finally {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  },
)

/** The test needs a program to create a certificate. */
function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
