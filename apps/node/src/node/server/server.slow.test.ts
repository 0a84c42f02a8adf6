import { connectNode } from '@shoal/api'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Access } from './access/access.ts'
import { hashPassword } from './access/password.ts'
import type { CompatPlugin } from './server.ts'
import { HASH, type Served, serve, TOKEN } from './testing/served.ts'

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(() => served.server.close())

const apiOf = ({ server }: Served, token = TOKEN) => connectNode({ url: server.url, token })
const login = (
  { server }: Served,
  username: string,
  password: string,
  headers: Record<string, string> = {},
) =>
  fetch(`${server.url}/api/access`, {
    method: 'POST',
    body: JSON.stringify({ username, password }),
    headers: { 'content-type': 'application/json', ...headers },
  })

test('the typed client works with the server', async () => {
  const api = apiOf(served)
  const { added, torrent } = await api.addTorrent({ source: HASH, label: 'films', tags: ['a', 'b'] })
  expect({ added, id: torrent?.id }).toEqual({ added: true, id: HASH })
  expect((await api.addTorrent({ source: HASH })).added).toBe(false)
  const { items, total } = await api.listTorrents({ label: 'films', limit: 5, sort: 'name' })
  expect({ ids: items.map(({ id }) => id), total }).toEqual({ ids: [HASH], total: 1 })
  await api.updateTorrent({ id: HASH, label: null })
  expect((await api.getTorrent({ id: HASH.toUpperCase() })).label).toBeNull()
  const name = 'a/b %?#ü'
  expect(await api.putLabel({ name, colour: '#a0b0c0' })).toMatchObject({ name, torrents: 0 })
  await api.removeLabel({ name })
  expect((await api.listLabels({})).items.map(label => label.name)).toEqual(['films'])
})

test('errors reach the typed client with code and field', async () => {
  const api = apiOf(served)
  await expect(api.getTorrent({ id: 'f'.repeat(40) })).rejects.toMatchObject({
    status: 404,
    code: 'not-found',
  })
  await expect(api.getJob({ id: 'x'.repeat(101) })).rejects.toMatchObject({ status: 400, field: 'id' })
  await expect(api.listFolders({ path: '/etc' })).rejects.toMatchObject({
    status: 403,
    code: 'forbidden-path',
  })
  await expect(apiOf(served, 'wrong').getNode({})).rejects.toMatchObject({
    status: 401,
    code: 'unauthorized',
  })
})

test('requests are logged without their query, which may contain secrets', async () => {
  const link = encodeURIComponent('magnet:?tr=http%3A%2F%2Fh%2Fsecretkey%2Fannounce')
  await fetch(`${served.server.url}/none?add=${link}&passkey%253D=hunter2`)
  const logged = () => served.node.state.log.map(each => each.message)
  await vi.waitFor(() => expect(logged().join()).toMatch(/GET \/none 404 [\d.]+ ms/))
  expect(logged().join()).not.toMatch(/secretkey|hunter2/)
})

test('the largest allowed .torrent fits into a request', async () => {
  const torrent = 'QUJD'.repeat(10_000_000)
  await expect(apiOf(served).addTorrent({ torrent })).rejects.toMatchObject({
    code: 'bad-torrent',
    field: 'torrent',
  })
  await expect(apiOf(served).addTorrent({ torrent: `${torrent}QUJD` })).rejects.toMatchObject({
    status: 400,
    field: 'torrent',
  })
})

test('an operation is aborted when the client disconnects', async () => {
  let reason: unknown = null
  const left = new Promise<void>(resolve => {
    served.node.operations.previewTorrent = (_input, options) =>
      new Promise((_, reject) =>
        options!.signal!.addEventListener('abort', () => {
          reason = options!.signal!.reason
          reject(reason)
          resolve()
        }),
      )
  })
  const leave = new AbortController()
  const asked = apiOf(served).previewTorrent({ source: HASH }, { signal: leave.signal })
  setTimeout(() => leave.abort(), 50)
  await expect(asked).rejects.toThrow()
  await left
  expect(reason).toMatchObject({ name: 'AbortError' })
  expect(served.node.logged('error')).toEqual([])
})

describe('logging in', () => {
  test('with the token opens a session, which logging out ends', async () => {
    const answer = await login(served, 'shoal', TOKEN)
    expect(await answer.json()).toEqual({
      username: 'shoal',
      by: 'session',
      password: false,
      passkeys: false,
    })
    const given = answer.headers.get('set-cookie')!
    expect(given).toMatch(
      /^shoal_session_\d+=[\w.-]{87}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    )
    const headers = { cookie: given.split(';')[0]! }
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${served.server.url}${path}`, { headers, ...init })
    expect((await ask('/api/torrents')).status).toBe(200)
    expect((await ask('/api/access')).headers.get('set-cookie')).toBe(given)
    const out = await ask('/api/access', { method: 'DELETE' })
    expect([await out.json(), out.headers.get('set-cookie')]).toEqual([
      { username: null, by: 'none', password: false, passkeys: false },
      expect.stringMatching(/^shoal_session_\d+=; Path=\/; Max-Age=0;/),
    ])
    expect((await ask('/api/torrents')).status).toBe(401)
  })

  test('over https sets a secure cookie', async () => {
    const proxied = await serve({ allowedHosts: ['node.example'] })
    const { port } = proxied.server
    const answer = await login(proxied, 'shoal', TOKEN, { origin: `https://127.0.0.1:${port}` })
    const given = answer.headers.get('set-cookie')!
    expect(given).toMatch(/^__Host-shoal_session_\d+=.*; Secure$/)
    // Browsers send no Origin with read requests: those must not change the cookie back to that of
    // plain http.
    const ask = (init: RequestInit = {}) =>
      fetch(`${proxied.server.url}/api/access`, { headers: { cookie: given.split(';')[0]! }, ...init })
    const again = await ask()
    expect([await again.json(), again.headers.get('set-cookie')]).toEqual([
      expect.objectContaining({ by: 'session' }),
      given,
    ])
    const out = await ask({ method: 'DELETE' })
    expect(out.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^__Host-shoal_session_\d+=; .*; Secure$/),
    )
    expect(await (await ask()).json()).toMatchObject({ by: 'none' })
    await proxied.server.close()
  })

  test('with wrong passwords is rejected and then delayed', async () => {
    for (let time = 0; time < 5; time++) {
      const answer = await login(served, 'shoal', 'wrong')
      expect([answer.status, (await answer.json()).error.code]).toEqual([401, 'wrong-password'])
    }
    const answer = await login(served, 'shoal', 'wrong')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2'])
    expect((await login(served, 'shoal', TOKEN)).status).toBe(200)
  })

  test('counts wrong passwords for the client behind a trusted proxy, and for no other X-Forwarded-For', async () => {
    const behind = await serve({ trustedProxies: ['127.0.0.0/8'] })
    const guess = async (node: Served, from: string) =>
      (await login(node, 'shoal', 'wrong', { 'x-forwarded-for': from })).status
    // The client's own entries come before the one that the proxy adds.
    for (let time = 0; time < 5; time++)
      expect(await guess(behind, `192.0.2.${time}, 198.51.100.7`)).toBe(401)
    expect(await guess(behind, '198.51.100.7')).toBe(429)
    expect(await guess(behind, '198.51.100.8')).toBe(401)
    await behind.server.close()
    for (let time = 0; time < 5; time++) await guess(served, `198.51.100.${time}`)
    expect(await guess(served, '198.51.100.99')).toBe(429)
  })

  test('is possible with user name and password if they are set', async () => {
    const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
    const own = await serve({ access: new Access({ token: TOKEN, secret }) })
    const answer = await login(own, 'ann', 'correct horse')
    expect(await answer.json()).toEqual({ username: 'ann', by: 'session', password: true, passkeys: false })
    const api = connectNode({ url: own.server.url, password: { username: 'ann', password: 'correct horse' } })
    expect(await api.getAccess({})).toEqual({
      username: 'ann',
      by: 'password',
      password: true,
      passkeys: false,
    })
    await own.server.close()
  })
})

test('health and the own access are visible without a login', async () => {
  const ask = async (path: string) => (await fetch(`${served.server.url}${path}`)).json()
  expect(await ask('/health')).toEqual({ status: 'ok' })
  expect(await ask('/api/access')).toEqual({ username: null, by: 'none', password: false, passkeys: false })
  expect(await apiOf(served).getHealth({})).toEqual({ status: 'ok', version: '0.1.0', problems: [] })
  expect((await fetch(`${served.server.url}/api/openapi.json`)).status).toBe(401)
})

test('other APIs have their own logins and bodies behind the same guards', async () => {
  const plugin: CompatPlugin = ({ app, access, node }) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: unknown) => body)
    app.post('/other/api', async (request, reply) => {
      const [username = '', password = ''] = String(request.body).split(':')
      if (!(await access.checkPassword(username, password, request))) return reply.code(403).send('Fails.')
      return `${(await node.operations.getNode({})).version}`
    })
  }
  const other = await serve({ plugins: [plugin] })
  const ask = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${other.server.url}/other/api`, { method: 'POST', body, headers })
    return [answer.status, await answer.text()]
  }
  expect(await ask(`shoal:${TOKEN}`)).toEqual([200, '0.1.0'])
  expect(await ask('shoal:wrong')).toEqual([403, 'Fails.'])
  expect((await ask(`shoal:${TOKEN}`, { origin: 'http://evil.example' }))[0]).toBe(403)
  await other.server.close()
})
