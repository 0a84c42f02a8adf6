import { connectNode } from '@shoal/api/client'
import { TestPasskey } from '@shoal/daemon/testing/authenticator'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { TOKEN } from '../testing/served.ts'
import { SimulatedRunningNode } from '../testing/simulated-running-node.ts'
import { Access } from './access.ts'
import { hashPassword } from './password.ts'

const CHEAP = { N: 1024, r: 8, p: 1 }
const code = (expected: string) => ({ code: expected })

let access: Access
let server: Server
let origin: string

beforeEach(async () => {
  access = new Access({ token: TOKEN, secret: await hashPassword('ann', 'correct horse', CHEAP) })
  server = await createServer({ node: new SimulatedRunningNode(), access, port: 0 })
  origin = `http://localhost:${server.port}`
})
afterEach(() => server.close())

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
const ANN = basic('ann', 'correct horse')

/** A browser on a page of this origin. It sends `authorization` until it has a cookie. */
function browser(authorization: string | null, page = origin) {
  let cookie: string | null = null
  const send: typeof fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('origin', page)
    headers.set('user-agent', 'Mozilla/5.0 (X11; Linux) Firefox/140.0')
    if (cookie !== null) headers.set('cookie', cookie)
    else if (authorization !== null) headers.set('authorization', authorization)
    const answer = await fetch(input, { ...init, headers })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return answer
  }
  return connectNode({ url: page, fetch: send })
}
type Api = ReturnType<typeof browser>

async function add(api: Api, name = 'Phone'): Promise<TestPasskey> {
  const passkey = new TestPasskey(origin)
  await api.addPasskey({ name, passkey: passkey.create(await api.requestNewPasskey({})) })
  return passkey
}

/** Logs a browser in. */
async function login(passkey: TestPasskey, changes: Parameters<TestPasskey['answer']>[1] = {}) {
  const api = browser(null)
  const answer = passkey.answer(await api.requestPasskey({}), changes)
  return { api, answer, access: await api.loginWithPasskey({ answer }) }
}

describe('a passkey', () => {
  test('logs in as the user who has added it, and the session says so', async () => {
    expect((await browser(null).getAccess({})).passkeys).toBe(false)
    const passkey = await add(browser(ANN))
    const { api, access: who } = await login(passkey)
    expect(who).toEqual({ username: 'ann', by: 'session', password: true, passkeys: true })
    expect((await api.listPasskeys({})).items).toMatchObject([{ name: 'Phone', username: 'ann' }])
    const { items } = await api.listSessions({})
    expect(items).toMatchObject([
      { by: 'passkey', username: 'ann', browser: 'Firefox, Linux', current: true },
    ])
  })

  test('of the password does not prove the token, and only that of the token shows all of them', async () => {
    const [ofPassword, ofToken] = [await add(browser(ANN)), await add(browser(`Bearer ${TOKEN}`), 'Key')]
    const { api } = await login(ofPassword)
    await expect(api.forgetDevices({})).rejects.toMatchObject(code('forbidden'))
    expect((await api.listPasskeys({})).items).toMatchObject([{ name: 'Phone' }])
    const owner = await login(ofToken)
    expect(owner.access.username).toBe('shoal')
    expect((await owner.api.listPasskeys({})).items).toHaveLength(2)
    await expect(api.removePasskey({ id: ofToken.id.toString('base64url') })).rejects.toMatchObject(
      code('not-found'),
    )
  })

  test('that is removed logs in no more, and its browsers are logged out with what they read', async () => {
    const passkey = await add(browser(ANN))
    const { api } = await login(passkey)
    const other = await login(await add(browser(ANN), 'Laptop'))
    const ended: string[] = []
    const { items } = await api.listSessions({})
    for (const { id, current } of items)
      access.lasting.add(id, () => ended.push(current ? 'phone' : 'laptop'))
    const id = passkey.id.toString('base64url')
    expect((await browser(ANN).removePasskey({ id })).items).toMatchObject([{ name: 'Laptop' }])
    expect(ended).toEqual(['phone'])
    await expect(api.listSessions({})).rejects.toMatchObject(code('unauthorized'))
    expect((await other.api.listSessions({})).items).toHaveLength(1)
    await expect(login(passkey)).rejects.toMatchObject(code('bad-passkey'))
  })

  test('of a user who is gone opens nothing, also when the token gets that name', async () => {
    access.useSecret(await hashPassword('shoal', 'correct horse', CHEAP))
    const passkey = await add(browser(basic('shoal', 'correct horse')))
    const { api } = await login(passkey)
    access.useSecret(null)
    await expect(api.listSessions({})).rejects.toMatchObject(code('unauthorized'))
    await expect(login(passkey)).rejects.toMatchObject(code('bad-passkey'))
    expect((await browser(`Bearer ${TOKEN}`).listPasskeys({})).items).toEqual([])
  })
})

describe('refused is', () => {
  test('a login that is repeated, from a copy, or for another page', async () => {
    const passkey = await add(browser(ANN))
    const { answer } = await login(passkey, { counter: 5 })
    await expect(browser(null).loginWithPasskey({ answer })).rejects.toMatchObject(code('bad-passkey'))
    await expect(login(passkey, { counter: 5 })).rejects.toMatchObject(code('bad-passkey'))
    await expect(login(passkey, { counter: 6, origin: 'http://localhost:1' })).rejects.toMatchObject(
      code('bad-passkey'),
    )
    expect((await login(passkey, { counter: 6 })).access.username).toBe('ann')
  })

  test('one login twice at the same time', async () => {
    const passkey = await add(browser(ANN))
    const api = browser(null)
    const answer = passkey.answer(await api.requestPasskey({}))
    const results = await Promise.allSettled([1, 2].map(() => api.loginWithPasskey({ answer })))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('guessing, after five failures', async () => {
    const stranger = new TestPasskey(origin)
    for (let time = 0; time < 5; time++)
      await expect(login(stranger)).rejects.toMatchObject(code('bad-passkey'))
    await expect(login(stranger)).rejects.toMatchObject(code('too-many-attempts'))
  })

  test('a new passkey with the challenge of another user, one that is there, and the 21st', async () => {
    const [ann, owner] = [browser(ANN), browser(`Bearer ${TOKEN}`)]
    const passkey = new TestPasskey(origin)
    const made = passkey.create(await owner.requestNewPasskey({}))
    await expect(ann.addPasskey({ name: 'x', passkey: made })).rejects.toMatchObject(code('bad-passkey'))
    await owner.addPasskey({ name: 'x', passkey: made })
    const again = passkey.create(await ann.requestNewPasskey({}))
    await expect(ann.addPasskey({ name: 'x', passkey: again })).rejects.toMatchObject(code('exists'))
    for (let count = 0; count < 20; count++) await add(ann)
    await expect(add(ann)).rejects.toMatchObject(code('full'))
  })

  test('whoever is not logged in, a page at an address, and a program', async () => {
    await expect(browser(null).requestNewPasskey({})).rejects.toMatchObject(code('unauthorized'))
    const atAddress = browser(ANN, server.url)
    const program = connectNode({
      url: server.url,
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, authorization: ANN } }),
    })
    for (const api of [atAddress, program]) {
      await expect(api.requestNewPasskey({})).rejects.toMatchObject(code('no-passkeys'))
      await expect(api.requestPasskey({})).rejects.toMatchObject(code('no-passkeys'))
    }
  })
})
