/** Another loopback address represents that of a local network. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connectNode } from '@shoal/api'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Access } from '../server/access/access.ts'
import { LoginStore } from '../server/access/login-store.ts'
import { hashPassword, type Secret } from '../server/access/password.ts'
import { createServer } from '../server/server.ts'
import { exchange } from '../server/testing/exchange.ts'
import { type TestNode, testNode } from '../testing/test-node.ts'

const LAN = '127.0.0.2'
const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'

vi.mock('node:os', async original => {
  const os = await original<typeof import('node:os')>()
  const networkInterfaces = () => ({ eth0: [{ address: LAN, family: 'IPv4', internal: false }] })
  return { ...os, networkInterfaces, default: { ...os, networkInterfaces } }
})

interface Served {
  readonly host?: string
  readonly isHostFixed?: boolean
  readonly port?: number
  readonly allowedHosts?: string[]
  readonly secret?: Secret
}

async function serve(
  node: TestNode,
  { host = '127.0.0.1', isHostFixed = false, port = 0, allowedHosts = [] as string[], secret }: Served = {},
) {
  const sessions = new LoginStore(node.kernel.database)
  const access = new Access({ token: TOKEN, sessions, ...(secret && { secret }) })
  const server = await createServer({
    ...{ node, access, host, isHostFixed, port, allowedHosts },
    onHttpServer: node.running.flatMap(({ onHttpServer }) => onHttpServer ?? []),
    plugins: node.running.flatMap(({ routes }) => routes ?? []),
  })
  const lan = `http://${LAN}:${server.port}`
  const status = (path: string, headers = {}) =>
    fetch(`${lan}${path}`, { headers }).then(
      response => response.status,
      () => null,
    )
  return { server, lan, status, api: connectNode({ url: server.url, token: TOKEN }) }
}

async function opened(options?: Parameters<typeof serve>[1]) {
  const node = await testNode()
  onTestFinished(() => node.end())
  const served = await serve(node, options)
  onTestFinished(() => served.server.close())
  return { node, ...served }
}

const loggedIn = (password: string) => ({ authorization: `Basic ${btoa(`me:${password}`)}` })

describe.skipIf(process.platform !== 'linux')('letting others in', () => {
  test('the node listens in the network at once, with a password, and after a restart, until it is undone', async () => {
    const { node, server, api, lan, status } = await opened()
    expect(await api.getReach({})).toMatchObject({
      audience: 'machine',
      address: null,
      open: false,
      addresses: [lan],
    })
    expect(await status('/health')).toBeNull()
    const session = await api.login({ username: 'shoal', password: TOKEN })
    expect(session.by).toBe('session')

    const { password, ...reach } = await api.openUp({})
    expect(reach).toMatchObject({
      audience: 'network',
      address: lan,
      open: true,
      username: 'me',
      problem: null,
    })
    expect(reach.tests).toMatchObject([{ address: lan, here: true, outside: null }])
    expect(await status('/health')).toBe(200)
    expect(await status('/api/node')).toBe(401)
    expect(await status('/api/node', loggedIn(password!))).toBe(200)
    // A user with only the password cannot change who has access.
    const guest = await fetch(`${lan}/api/reach`, {
      method: 'POST',
      headers: { ...loggedIn(password!), 'content-type': 'application/json' },
      body: '{}',
    })
    expect(guest.status).toBe(403)
    expect((await api.openUp({})).password).toBeNull()
    await server.close()

    const again = await node.restart()
    const next = await serve(again)
    onTestFinished(() => next.server.close())
    await vi.waitFor(async () => expect(await next.status('/health')).toBe(200))
    expect(await next.status('/api/node', loggedIn(password!))).toBe(200)
    expect((await next.api.getReach({})).address).toBe(next.lan)

    expect(await next.api.closeUp({})).toMatchObject({
      audience: 'machine',
      address: null,
      open: false,
      username: null,
    })
    await vi.waitFor(async () => expect(await next.status('/health')).toBeNull())
    expect(await next.status('/api/node', loggedIn(password!))).toBeNull()
  })

  test('a public address that cannot work is not used, and the problem stays', async () => {
    const { api, lan } = await opened()
    await api.changeSettings({ network: { publicUrl: 'http://127.0.0.3.nip.invalid:8420' } })
    expect(await api.getReach({})).toMatchObject({
      address: null,
      audience: 'machine',
      problem: 'listens-here-only',
    })
    await vi.waitFor(async () => expect((await api.getReach({})).tests).toMatchObject([{ here: false }]))
    expect((await api.getReach({})).problem).toBe('listens-here-only')
    expect((await api.getHealth({})).problems).toMatchObject([expect.stringMatching(/leads nowhere/)])
    await api.changeSettings({ network: { publicUrl: null } })
    expect((await api.openUp({ password: 'a long password', username: 'ana' })).password).toBeNull()
    expect(await api.getReach({})).toMatchObject({
      address: lan,
      audience: 'network',
      username: 'ana',
      problem: null,
    })
  })

  test('the node does not ask other ports of this machine or its network for a public address', async () => {
    const { api, server } = await opened()
    let askedCount = 0
    const other = createHttpServer((_request, response) => {
      askedCount++
      response.end()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await vi.waitFor(() => expect(other.listening).toBe(true))
    const { port } = other.address() as AddressInfo
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
      const publicUrl = `http://${host}:${port}`
      await api.changeSettings({ network: { publicUrl } })
      await vi.waitFor(async () =>
        expect((await api.getReach({})).tests).toContainEqual(
          expect.objectContaining({ address: publicUrl, here: null, outside: null }),
        ),
      )
    }
    expect(askedCount).toBe(0)
    await api.changeSettings({ network: { publicUrl: `http://127.0.0.1:${server.port}` } })
    await vi.waitFor(async () =>
      expect(
        (await api.getReach({})).tests.find(({ address }) => address.endsWith(`:${server.port}`)),
      ).toMatchObject({ here: true }),
    )
  })

  test('what is signed for the public address is accepted if its name is one of the node', async () => {
    const { api, server } = await opened({ allowedHosts: ['box'] })
    const status = async (origin: string) => {
      const lines = ['POST /api/access/passkeys/requests HTTP/1.1', 'Host: box:8443', `Origin: ${origin}`]
      const head = [...lines, 'Content-Type: application/json', 'Content-Length: 2'].join('\r\n')
      return (await exchange(server.port, `${head}\r\n\r\n{}`)).status
    }
    expect(await status('https://box:8443')).toBe(409)
    await api.changeSettings({ network: { publicUrl: 'https://box:8443' } })
    expect(await status('https://box:8443')).toBe(200)
    await api.changeSettings({ network: { publicUrl: null } })
    expect(await status('https://box:8443')).toBe(409)
  })

  test('a hub that reaches the node tells its public address, and undoing forgets it', async () => {
    const { node, api, server, lan } = await opened()
    let isForOwner = false
    const hub = createHttpServer(async ({ url = '' }, response) => {
      isForOwner = node.kernel.folders.isOpen.value
      const nonce = url.split('/').at(-1)
      await fetch(`${lan}/reach/${nonce}`)
      response.end(JSON.stringify({ address: '203.0.113.7', port: server.port, reached: true }))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void hub.close())
    await vi.waitFor(() => expect(hub.listening).toBe(true))
    const { port } = hub.address() as AddressInfo
    await api.changeSettings({ network: { shareTrackers: [`ws://127.0.0.1:${port}/announce`] } })
    const address = `http://203.0.113.7:${server.port}`
    expect(await api.openUp({})).toMatchObject({ address, audience: 'everyone', problem: null })
    // The home folder is reserved for the owner as soon as others have access.
    expect(isForOwner).toBe(true)
    expect((await api.getSettings({})).network.publicUrl).toBe(address)
    expect((await api.closeUp({})).address).toBeNull()
    expect((await api.getSettings({})).network.publicUrl).toBeNull()
  })

  test('a tracker that tells something else than an address does not get into the links', async () => {
    const { api, lan, server } = await opened()
    const hub = createHttpServer(async ({ url = '' }, response) => {
      await fetch(`${lan}/reach/${url.split('/').at(-1)}`)
      response.end(JSON.stringify({ address: 'evil.example', port: server.port, reached: true }))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void hub.close())
    await vi.waitFor(() => expect(hub.listening).toBe(true))
    const { port } = hub.address() as AddressInfo
    await api.changeSettings({ network: { shareTrackers: [`ws://127.0.0.1:${port}/announce`] } })
    expect(await api.openUp({})).toMatchObject({ address: lan, audience: 'network' })
    expect((await api.getSettings({})).network.publicUrl).toBeNull()
  })

  test('nobody gets in any more even if the settings cannot be saved', async () => {
    const { node, api, lan, status } = await opened()
    await api.openUp({ address: lan })
    expect(await status('/health')).toBe(200)
    const change = vi.spyOn(node.kernel.settings, 'change').mockRejectedValue(new Error('full'))
    await expect(api.closeUp({})).rejects.toThrow()
    change.mockRestore()
    await vi.waitFor(async () => expect(await status('/health')).toBeNull())
    expect(await api.getReach({})).toMatchObject({ open: false, username: null })
    expect(existsSync(join(node.folder, 'data', 'open-up.json'))).toBe(false)
  })

  test('a host that the command line gave is not changed', async () => {
    const { api } = await opened({ isHostFixed: true })
    expect((await api.getReach({})).fixed).toEqual(['host'])
    await expect(api.openUp({})).rejects.toMatchObject({ code: 'fixed', field: 'host' })
  })

  test('an address that is not this machine’s and a short password are refused', async () => {
    const { api } = await opened()
    await expect(api.openUp({ address: '192.0.2.99' })).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(api.openUp({ password: 'short' })).rejects.toMatchObject({ code: 'bad-request' })
    expect((await api.getReach({})).open).toBe(false)
  })
})

describe('the password of the console', () => {
  /** Waits until the node has ended a response, which is then truncated. */
  const over = (response: Response) => response.text().catch(() => {})

  /** A browser: keeps the last cookie that was set. */
  function browser(url: string) {
    let cookie = ''
    const send = async (method: string, path: string, body?: object) => {
      const headers = { 'content-type': 'application/json', ...(cookie && { cookie }) }
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      const response = await fetch(`${url}${path}`, init)
      const [set] = response.headers.getSetCookie()
      if (set) cookie = set.split(';', 1)[0]!
      const answer = (await response.json()) as { error?: { code: string; field?: string } }
      return { status: response.status, ...answer.error }
    }
    return {
      send,
      login: (username: string, password: string) => send('POST', '/api/access', { username, password }),
      set: (body: object) => send('PUT', '/api/access/password', body),
      status: async () => (await send('GET', '/api/node')).status,
      events: (signal: AbortSignal) => fetch(`${url}/api/events`, { headers: { cookie }, signal }),
    }
  }

  test('is set with the token, and lasts over a restart without letting anybody in', async () => {
    const { node, server, api } = await opened()
    expect(await api.setPassword({ password: 'correct horse' })).toMatchObject({
      username: 'me',
      open: false,
    })
    const kept = await readFile(join(node.folder, 'data', 'open-up.json'), 'utf8')
    expect(kept).not.toContain('correct horse')
    await server.close()
    const next = await serve(await node.restart())
    onTestFinished(() => next.server.close())
    await vi.waitFor(async () => expect((await next.api.getReach({})).username).toBe('me'))
    const other = browser(next.server.url)
    expect((await other.login('me', 'a wrong one')).code).toBe('wrong-password')
    expect((await other.login('me', 'correct horse')).status).toBe(200)
    expect(await next.api.getReach({})).toMatchObject({ open: false, audience: 'machine' })
  })

  test('is changed with the present one, and ends the sessions that the old one opened, except the one that asks', async () => {
    const { api, server } = await opened()
    await api.setPassword({ username: 'ann', password: 'correct horse' })
    const [own, other, owner] = [browser(server.url), browser(server.url), browser(server.url)]
    for (const each of [own, other]) await each.login('ann', 'correct horse')
    await owner.login('shoal', TOKEN)
    const left = new AbortController()
    onTestFinished(() => left.abort())
    const [reading, ended] = await Promise.all([own.events(left.signal), other.events(left.signal)])
    const change = { username: 'bob', password: 'battery staple' }
    expect(await own.set(change)).toMatchObject({
      ...{ status: 401, code: 'wrong-password', field: 'present' },
      message: 'this is not the present password of the console',
    })
    expect((await own.set({ ...change, present: 'wrong horse' })).code).toBe('wrong-password')
    expect((await own.set({ ...change, password: 'short', present: 'correct horse' })).status).toBe(400)
    // Nothing has changed so far.
    expect([await own.status(), await other.status()]).toEqual([200, 200])
    expect((await own.set({ ...change, present: 'correct horse' })).status).toBe(200)
    expect([await own.status(), await other.status(), await owner.status()]).toEqual([200, 401, 200])
    await over(ended)
    expect(reading.bodyUsed).toBe(false)
    expect((await api.listSessions({})).items.map(({ username }) => username).sort()).toEqual([
      'bob',
      'shoal',
    ])
    expect((await other.login('ann', 'correct horse')).code).toBe('wrong-password')
    expect((await other.login('bob', 'battery staple')).status).toBe(200)
    // The name can stay the same.
    expect((await own.set({ password: 'another staple', present: 'battery staple' })).status).toBe(200)
    expect([await own.status(), await other.status()]).toEqual([200, 401])
    // Its events end with the session, including those started under the old name.
    await own.send('DELETE', '/api/access')
    await over(reading)
  })

  test('a password that is sent with the request is proof enough', async () => {
    const { api, server } = await opened()
    await api.setPassword({ password: 'correct horse' })
    const headers = { ...loggedIn('correct horse'), 'content-type': 'application/json' }
    const set = () =>
      fetch(`${server.url}/api/access/password`, {
        ...{ method: 'PUT', headers },
        body: JSON.stringify({ password: 'battery staple' }),
      })
    expect(await (await set()).json()).toMatchObject({ username: 'me' })
    expect((await set()).status).toBe(401)
  })

  test('is removed, but not while other machines can reach the node', async () => {
    const { api, server, status } = await opened()
    await api.setPassword({ password: 'correct horse' })
    const own = browser(server.url)
    await own.login('me', 'correct horse')
    if (process.platform === 'linux') {
      await api.openUp({})
      await expect(api.setPassword({ password: null })).rejects.toMatchObject({
        ...{ code: 'no-password', field: 'password', status: 409 },
      })
      expect(await status('/api/node', loggedIn('correct horse'))).toBe(200)
      // It was not set for opening the node, so it is kept.
      expect(await api.closeUp({})).toMatchObject({ open: false, username: 'me' })
    }
    expect(await own.status()).toBe(200)
    expect(await api.setPassword({ password: null })).toMatchObject({ username: null })
    expect(await own.status()).toBe(401)
    expect((await own.login('me', 'correct horse')).code).toBe('wrong-password')
  })

  test('a node that listens in the network keeps its password', async () => {
    const secret = await hashPassword('ann', 'correct horse', { N: 1024, r: 8, p: 1 })
    const { api } = await opened({ host: '0.0.0.0', isHostFixed: true, secret })
    // The command line fixes it, so nothing else can change it.
    for (const password of [null, 'battery staple'])
      await expect(api.setPassword({ password })).rejects.toMatchObject({ code: 'fixed', field: 'password' })
    expect((await api.getReach({})).fixed).toContain('password')
  })

  test('the name of the token and bad names are refused', async () => {
    const { api } = await opened()
    for (const username of ['shoal', 'a:b'])
      await expect(api.setPassword({ username, password: 'correct horse' })).rejects.toMatchObject({
        code: 'bad-argument',
      })
    expect((await api.getReach({})).username).toBeNull()
  })
})
