import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange } from '../testing/exchange.ts'
import { type Served, serve } from '../testing/served.ts'

let folder: string
let served: Served
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${served.server.url}${path}`, { headers })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-console-'))
  const root = join(folder, 'dist')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<title>Shoal</title>')
  await writeFile(join(root, 'sw.js'), 'worker')
  await writeFile(join(root, 'assets', 'main-1a2b.js'), 'plain')
  await writeFile(join(root, 'assets', 'main-1a2b.js.br'), 'brotli')
  await writeFile(join(root, 'assets', 'main-1a2b.js.gz'), 'gzip')
  await mkdir(join(root, 'share', 'assets'), { recursive: true })
  await writeFile(join(root, 'share', 'index.html'), '<title>A share</title>')
  await writeFile(join(root, 'share', 'assets', 'page-3c4d.js'), 'page')
  await mkdir(join(root, 'chat-app', 'assets'), { recursive: true })
  await writeFile(join(root, 'chat-app', 'index.html'), '<title>Chat</title>')
  await writeFile(join(root, 'chat-app', 'assets', 'app-5e6f.js'), 'app')
  await writeFile(join(root, '.secret'), 'secret')
  await writeFile(join(folder, 'outside.txt'), 'outside')
  await symlink(join(folder, 'outside.txt'), join(root, 'link.txt'))
  served = await serve({ webRoot: root })
})
afterAll(async () => {
  await served.server.close()
  await rm(folder, { recursive: true })
})

test('all pages are index.html, revalidated each time, and need no login', async () => {
  for (const path of ['/', '/torrents/abc', '/settings?x=1']) {
    const answer = await ask(path)
    expect([answer.status, await answer.text()]).toEqual([200, '<title>Shoal</title>'])
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'self'.*frame-ancestors 'none'/,
    )
    // Chromium warns on every page about an unknown name.
    expect(answer.headers.get('permissions-policy')).not.toMatch(/bluetooth/)
    expect(answer.headers.get('permissions-policy')).toContain('camera=(self)')
  }
})

test('the chat app is below /chat-app/ and has its own policy', async () => {
  const page = await ask('/chat-app/')
  expect([page.status, await page.text()]).toEqual([200, '<title>Chat</title>'])
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*script-src 'self'; .*frame-ancestors 'none'/,
  )
  expect(page.headers.get('permissions-policy')).toContain('camera=(self)')
  expect(new URL((await ask('/chat-app')).url).pathname).toBe('/chat-app/')
  const script = await ask('/chat-app/assets/app-5e6f.js')
  expect(script.headers.get('cache-control')).toContain('immutable')
  expect((await ask('/chat-app/anything')).status).toBe(404)
  // The console's chat has separate pages.
  expect(await (await ask('/chat')).text()).toBe('<title>Shoal</title>')
})

test('the page of share links is below /share/ and has its own policy', async () => {
  const page = await ask('/share/')
  expect(page.headers.get('permissions-policy')).toContain('camera=()')
  expect([page.status, await page.text()]).toEqual([200, '<title>A share</title>'])
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*connect-src 'self' ws: wss:.*frame-ancestors 'none'/,
  )
  expect(new URL((await ask('/share')).url).pathname).toBe('/share/')
  const script = await ask('/share/assets/page-3c4d.js')
  expect([await script.text(), script.headers.get('cache-control')]).toEqual([
    'page',
    'public, max-age=31536000, immutable',
  ])
  expect((await ask('/share/anything')).status).toBe(404)
})

test('assets are immutable and sent in the best encoding that the client accepts', async () => {
  const path = '/assets/main-1a2b.js'
  const plain = await ask(path, { 'accept-encoding': 'identity' })
  expect([await plain.text(), plain.headers.get('cache-control')]).toEqual([
    'plain',
    'public, max-age=31536000, immutable',
  ])
  const raw = (encoding: string) =>
    exchange(
      served.server.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
    )
  expect(await raw('gzip, br;q=0.5')).toMatchObject({ body: 'gzip' })
  const best = await raw('gzip, deflate, br')
  expect([best.body, best.headers.get('content-encoding'), best.headers.get('vary')]).toEqual([
    'brotli',
    'br',
    'accept-encoding',
  ])
  expect(best.headers.get('content-type')).toMatch(/^text\/javascript/)
})

test('unchanged files are not sent again', async () => {
  const etag = (await ask('/sw.js')).headers.get('etag')!
  expect((await ask('/sw.js', { 'if-none-match': etag })).status).toBe(304)
})

test.each([
  '/../outside.txt',
  '/%2e%2e/outside.txt',
  '/..%2foutside.txt',
  '/assets/..%5c..%5coutside.txt',
  '/assets//../../outside.txt',
  '/link.txt',
  '/.secret',
  '/assets',
  '/assets/none.js',
  '/none.txt',
  '/api/none',
  '/files/none',
])('%s is not served', async path => {
  const answer = await exchange(served.server.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  expect([answer.status, JSON.parse(answer.body).error.field !== undefined]).toEqual([404, true])
})

test('pages accept only GET and HEAD', async () => {
  expect((await fetch(served.server.url, { method: 'POST' })).status).toBe(404)
  const head = await fetch(served.server.url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '20', ''])
})
