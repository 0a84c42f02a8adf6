import { request } from 'node:http'
import { TestPasskey } from '@shoal/daemon/testing/authenticator'
import { connectHub } from '@shoal/hub-api/client'
import { KeyPair } from '@shoal/identity'
import { writeDeviceText } from '@shoal/identity/devices'
import { signLoginToken } from '@shoal/identity/login'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joined, openTestHub, type TestHub, TestPerson } from '../testing/test-hub.ts'

type Joined = Awaited<ReturnType<typeof joined>>

const code = (expected: string) => ({ code: expected })
let hub: TestHub
let ann: Joined
const url = (at = 0) => hub.urls[at]!

beforeEach(async () => {
  hub = await openTestHub({ registration: 'open' }, 2)
  ann = await joined(url(), { name: 'Ann', invitation: hub.invitation })
})
afterEach(() => hub[Symbol.asyncDispose]())

/** Returns the proof of a device for a new challenge, with changes. */
async function prove(
  { person, device }: Pick<Joined, 'person' | 'device'>,
  {
    audience = url(),
    of = person.did,
    at = Date.now(),
    from = hub.everyone,
  }: { audience?: string; of?: string; at?: number; from?: TestHub['everyone'] } = {},
) {
  const { nonce } = await from.createChallenge({})
  const token = signLoginToken({ person: of, audience, nonce }, device.login, Math.floor(at / 1000))
  return { nonce, audience, token, device: writeDeviceText(device.device) }
}

describe('a device', () => {
  test('logs in, is listed, and is logged out', async () => {
    const { secret, account, sessionId } = await hub.everyone.loginWithDevice(await prove(ann))
    expect(account).toMatchObject({ did: ann.did, name: 'Ann', role: 'admin', state: 'active' })
    const api = connectHub({ url: url(), session: secret! })
    expect(await api.getLogin({})).toEqual({ account, sessionId })
    expect(await hub.everyone.getLogin({})).toEqual({ account: null, sessionId: null })
    const { items } = await api.listSessions({})
    expect(items).toHaveLength(2)
    expect(items.find(({ current }) => current)).toMatchObject({ id: sessionId })
    await api.logout({})
    await expect(api.listSessions({})).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
  })

  test('gets the device lists with the root key, so that a new device can log in, and with no other key', async () => {
    const { root } = ann.person
    const keys = { loginKey: root.publicKey, messageKey: root.publicKey }
    const asDevice = { login: root, device: { ...ann.device.device, ...keys } }
    const proof = await prove({ person: ann.person, device: asDevice })
    expect(await hub.everyone.recoverDevices(proof)).toEqual({ lists: ann.person.lists })
    await expect(hub.everyone.recoverDevices(proof)).rejects.toMatchObject(code('bad-login'))
    await expect(
      hub.everyone.loginWithDevice(await prove({ person: ann.person, device: asDevice })),
    ).rejects.toMatchObject(code('bad-login'))
    await expect(hub.everyone.recoverDevices(await prove(ann))).rejects.toMatchObject(code('bad-login'))
    const stranger = { person: new TestPerson(), device: asDevice }
    await expect(hub.everyone.recoverDevices(await prove(stranger))).rejects.toMatchObject(code('bad-login'))
    const phone = ann.person.device('Phone')
    const lists = [...ann.person.sign([ann.device, phone])]
    const { account } = await hub.everyone.loginWithDevice({
      ...(await prove({ person: ann.person, device: phone })),
      lists,
    })
    expect(account.did).toBe(ann.did)
  })

  test('logs in with one process and uses the session with another, until it is revoked in either', async () => {
    const from = connectHub({ url: url(1) })
    const { nonce } = await from.createChallenge({})
    const token = signLoginToken(
      { person: ann.did, audience: url(), nonce },
      ann.device.login,
      Math.floor(Date.now() / 1000),
    )
    const device = writeDeviceText(ann.device.device)
    const given = { nonce, audience: url(), token, device }
    const { secret, sessionId } = await hub.everyone.loginWithDevice(given)
    const second = connectHub({ url: url(1), session: secret! })
    expect((await second.getLogin({})).sessionId).toBe(sessionId)
    await ann.api.endSession({ id: sessionId })
    await expect(second.getAccount({})).rejects.toMatchObject(code('unauthorized'))
    // Accepted once, by whichever process.
    for (const each of [hub.everyone, from])
      await expect(
        each.loginWithDevice({ ...given, audience: url(each === from ? 1 : 0) }),
      ).rejects.toMatchObject(code('bad-login'))
  })

  test('logs in again by itself when its session has ended', async () => {
    const before = await ann.client.session()
    await connectHub({ url: url(), session: before }).logout({})
    expect(await ann.api.getAccount({})).toMatchObject({ did: ann.did })
    expect(await ann.client.session()).not.toBe(before)
    // One login for many calls.
    ann.client.forget()
    await Promise.all(Array.from({ length: 10 }, () => ann.api.getAccount({})))
    expect((await ann.api.listSessions({})).items).toHaveLength(2)
  })

  test('that was added later brings the lists with it', async () => {
    const phone = ann.person.device('Phone')
    ann.person.sign([ann.device, phone])
    expect(await ann.person.connect(url(), phone).api.getAccount({})).toMatchObject({ did: ann.did })
    expect((await ann.api.getDevices({ did: ann.did })).lists).toEqual(ann.person.lists)
  })

  test('ends the other sessions, and not those of other accounts', async () => {
    const ben = await joined(url())
    for (let at = 0; at < 3; at++) await hub.everyone.loginWithDevice(await prove(ann))
    const { items } = await ann.api.listSessions({})
    await expect(ben.api.endSession({ id: items[0]!.id })).resolves.toMatchObject({
      items: [{ current: true }],
    })
    expect((await ann.api.listSessions({})).items).toHaveLength(4)
    expect((await ann.api.endOtherSessions({})).items).toMatchObject([{ current: true }])
    expect(await ben.api.getAccount({})).toMatchObject({ did: ben.did })
  })
})

describe('a login is refused', () => {
  const refused = (given: Awaited<ReturnType<typeof prove>>) =>
    expect(hub.everyone.loginWithDevice(given)).rejects.toMatchObject({ code: 'bad-login', status: 401 })

  test('the second time, also at the same time in two processes', async () => {
    const both = await Promise.allSettled(
      hub.urls.map(async audience => {
        const given = await prove(ann, { audience })
        return Promise.all([
          connectHub({ url: audience }).loginWithDevice(given),
          connectHub({ url: audience }).loginWithDevice(given),
        ])
      }),
    )
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const given = await prove(ann)
    await hub.everyone.loginWithDevice(given)
    await refused(given)
  })

  test('if it was signed for another origin, and with the address of another in the Host header', async () => {
    await refused(await prove(ann, { audience: 'https://evil.example' }))
    // An attacker who forwards this hub's challenge from their own address.
    const given = await prove(ann, { audience: 'http://203.0.113.5' })
    const status = await new Promise(resolve => {
      const headers = { host: '203.0.113.5', 'content-type': 'application/json' }
      const sent = request(`${url()}/api/login/devices`, { method: 'POST', headers }, answer => {
        answer.resume()
        resolve(answer.statusCode)
      })
      sent.end(JSON.stringify(given))
    })
    expect(status).not.toBe(200)
    // The same proof at another port of this machine.
    await refused(await prove(ann, { audience: 'http://127.0.0.1:1' }))
    await refused({ ...(await prove(ann)), audience: url().toUpperCase() })
  })

  test('if its challenge was made up or is another one', async () => {
    const [one, other] = [await prove(ann), await prove(ann)]
    await refused({ ...one, nonce: other.nonce })
    await refused({ ...one, nonce: `${'z'.repeat(10)}.${'a'.repeat(24)}.${'a'.repeat(43)}` })
  })

  test('if it acts for somebody else, has another key than described, or is in no list', async () => {
    const eve = await joined(url())
    await refused(await prove(eve, { of: ann.did }))
    await refused({ ...(await prove(eve, { of: ann.did })), device: writeDeviceText(ann.device.device) })
    await refused(await prove({ ...ann, device: ann.person.device('Stranger') }))
    const nobody = new TestPerson()
    await refused(await prove({ person: nobody, device: nobody.device() }))
  })

  test('if the token has expired, or is of the future', async () => {
    await refused(await prove(ann, { at: Date.now() - 3_600_000 }))
    await refused(await prove(ann, { at: Date.now() + 3_600_000 }))
  })

  test('if forged lists come with it, which change nothing', async () => {
    const eve = new TestPerson()
    const device = eve.device()
    eve.sign([device])
    const given = { ...(await prove({ person: eve, device }, { of: ann.did })), lists: [...eve.lists] }
    await expect(hub.everyone.loginWithDevice(given)).rejects.toMatchObject(code('bad-device-list'))
    expect((await ann.api.getDevices({ did: ann.did })).lists).toEqual(ann.person.lists)
  })

  test('of a device that was removed, however often, without keeping out others at its address', async () => {
    const phone = ann.person.device('Phone')
    ann.person.sign([ann.device, phone])
    await ann.person.connect(url(), phone).session()
    ann.person.sign([ann.device])
    await ann.api.publishDevices({ lists: [...ann.person.lists] })
    for (let at = 0; at < 6; at++) await refused(await prove({ ...ann, device: phone }))
    await hub.everyone.loginWithDevice(await prove(ann))
  })

  test('after too many failures of an address, in all processes', async () => {
    for (let guess = 0; guess < 5; guess++)
      await refused(await prove(ann, { audience: 'https://evil.example' }))
    await expect(hub.everyone.createChallenge({})).rejects.toMatchObject(code('too-many-attempts'))
    await expect
      .poll(() =>
        connectHub({ url: url(1) })
          .createChallenge({})
          .catch(error => error.code),
      )
      .toBe('too-many-attempts')
    // Sessions continue.
    expect(await ann.api.getAccount({})).toMatchObject({ did: ann.did })
  })
})

describe('a browser', () => {
  /** A browser with cookies, at the host name that passkeys require. */
  function browser() {
    const origin = `http://localhost:${hub.hubs[0]!.port}`
    let cookie = ''
    const withCookies: typeof fetch = async (input, init = {}) => {
      const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }), origin }
      const response = await fetch(input, { ...init, headers })
      for (const each of response.headers.getSetCookie()) {
        set.push(each)
        cookie = each.split(';')[0]!
      }
      return response
    }
    const set: string[] = []
    return { origin, set, api: connectHub({ url: origin, fetch: withCookies }), forget: () => (cookie = '') }
  }

  /** Logs a browser in as a device, and adds a passkey. */
  async function withPasskey(member = ann, name = 'Phone') {
    const it = browser()
    const given = await prove(member, { audience: it.origin })
    const { secret } = await it.api.loginWithDevice({ ...given, place: 'cookie' })
    expect(secret).toBeNull()
    const passkey = new TestPasskey(it.origin)
    const { items } = await it.api.addPasskey({
      name,
      passkey: passkey.create(await it.api.requestNewPasskey({})),
    })
    return { ...it, passkey, id: items.at(-1)!.id }
  }

  test('keeps its session as a cookie that scripts and other sites do not see', async () => {
    const { api, set, origin } = browser()
    const { secret } = await api.loginWithDevice({
      ...(await prove(ann, { audience: origin })),
      place: 'cookie',
    })
    expect(secret).toBeNull()
    expect(set).toEqual([
      expect.stringMatching(
        /^shoal_hub_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect((await api.getLogin({})).account).toMatchObject({ did: ann.did })
    await api.logout({})
    expect(set.at(-1)).toMatch(/^shoal_hub_session=; Path=\/; Max-Age=0;/)
    expect((await api.getLogin({})).account).toBeNull()
  })

  test('adds a passkey, logs in with it, renames and removes it', async () => {
    const { api, passkey, id, forget } = await withPasskey()
    expect((await api.listPasskeys({})).items).toMatchObject([{ id, name: 'Phone', opensKey: false }])
    forget()
    const login = await api.loginWithPasskey({
      answer: passkey.answer(await api.requestPasskey({}), { counter: 1 }),
    })
    expect(login).toMatchObject({ account: { did: ann.did }, secret: null, wrappedKey: null })
    const wrappedKey = Buffer.alloc(77, 7).toString('base64url')
    expect((await api.changePasskey({ id, name: 'Laptop', wrappedKey })).items).toMatchObject([
      { name: 'Laptop', opensKey: true },
    ])
    const again = await api.loginWithPasskey({
      answer: passkey.answer(await api.requestPasskey({}), { counter: 2 }),
    })
    expect(again.wrappedKey).toBe(wrappedKey)
    expect((await api.removePasskey({ id })).items).toEqual([])
    const removed = api.loginWithPasskey({
      answer: passkey.answer(await api.requestPasskey({}), { counter: 3 }),
    })
    await expect(removed).rejects.toMatchObject({ code: 'bad-passkey', status: 401 })
  })

  test('cannot use a passkey twice, for another account, or with a counter that does not grow', async () => {
    const own = await withPasskey()
    const answer = own.passkey.answer(await own.api.requestPasskey({}), { counter: 5 })
    await own.api.loginWithPasskey({ answer })
    const refused = (given: Parameters<typeof own.api.loginWithPasskey>[0]) =>
      expect(own.api.loginWithPasskey(given)).rejects.toMatchObject(code('bad-passkey'))
    await refused({ answer })
    await refused({ answer: own.passkey.answer(await own.api.requestPasskey({}), { counter: 5 }) })
    const ben = await joined(url())
    const other = await withPasskey(ben)
    await expect(other.api.changePasskey({ id: own.id, name: 'x' })).rejects.toMatchObject(code('not-found'))
    expect((await other.api.removePasskey({ id: own.id })).items).toHaveLength(1)
    // A request for one account cannot be answered for another, nor twice.
    const passkey = new TestPasskey(own.origin).create(await own.api.requestNewPasskey({}))
    await expect(other.api.addPasskey({ name: 'x', passkey })).rejects.toMatchObject(code('bad-passkey'))
    expect((await own.api.addPasskey({ name: 'x', passkey })).items).toHaveLength(2)
    await expect(own.api.addPasskey({ name: 'x', passkey })).rejects.toMatchObject(code('bad-passkey'))
  })

  test('is slowed down when it guesses', async () => {
    const { api, origin } = browser()
    for (let guess = 0; guess < 5; guess++) {
      const answer = new TestPasskey(origin).answer(await api.requestPasskey({}))
      await expect(api.loginWithPasskey({ answer })).rejects.toMatchObject(code('bad-passkey'))
    }
    await expect(api.requestPasskey({})).rejects.toMatchObject(code('too-many-attempts'))
  })

  test('has no passkeys at an address, and none for a page of another site', async () => {
    await expect(hub.everyone.requestPasskey({})).rejects.toMatchObject(code('no-passkeys'))
    const evil: typeof fetch = (input, init = {}) =>
      fetch(input, { ...init, headers: { ...init.headers, origin: 'https://evil.example' } })
    const api = connectHub({ url: url(), fetch: evil })
    await expect(api.requestPasskey({})).rejects.toMatchObject(code('forbidden-origin'))
  })
})

test('the secret key of a stranger is worth nothing', async () => {
  const stranger = { login: KeyPair.generate(), device: ann.device.device }
  const given = await prove({ person: ann.person, device: stranger })
  await expect(hub.everyone.loginWithDevice(given)).rejects.toMatchObject(code('bad-login'))
})
