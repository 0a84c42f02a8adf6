import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserName } from '@shoal/daemon/login'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Access, type AskingRequest, type Identity } from './access.ts'
import { sessionCookieName } from './credentials.ts'
import { hashPassword, readPassword, restoreSecret, type Secret, storeSecret } from './password.ts'
import { memorySessions, SESSION_SECONDS } from './sessions.ts'
import { openToken } from './token.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
const CHEAP = { N: 1024, r: 8, p: 1 }
const DAY_MS = 24 * 60 * 60_000
let secret: Secret
let folder: string
let now = 1_000_000_000_000

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-access-'))
  secret = await hashPassword('ann', 'correct horse', CHEAP)
})
afterAll(() => rm(folder, { recursive: true }))

const PORT = 8420
const asking = (headers: AskingRequest['headers'], ip = '127.0.0.1', localPort = PORT) => ({
  ...{ ip, headers },
  socket: { localPort },
})
const basic = (username: string, password: string) =>
  asking({ authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` })
const withCookie = (value: string) =>
  asking({ cookie: `other=1; ${sessionCookieName(PORT, false)}=${value}` })
const open = (options: Partial<ConstructorParameters<typeof Access>[0]> = {}) =>
  new Access({ token: TOKEN, now: () => now, ...options })

test('the token is created once, readable by its owner only', async () => {
  const data = await mkdtemp(join(folder, 'data-'))
  const [one, other] = await Promise.all([openToken(data), openToken(data)])
  expect(one).toMatch(/^[\w-]{43}$/)
  expect([other, await openToken(data)]).toEqual([one, one])
  expect((await stat(join(data, 'token'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(data, 'token'), 'utf8')).toBe(`${one}\n`)
  await writeFile(join(data, 'token'), 'short\n')
  await expect(openToken(data)).rejects.toMatchObject({ code: 'bad-token' })
})

test('the token opens the node as a bearer token and as the password of shoal', async () => {
  const access = open()
  expect(await access.identify(asking({ authorization: `Bearer ${TOKEN}` }))).toEqual({
    username: 'shoal',
    by: 'token',
  })
  expect(await access.identify(basic('shoal', TOKEN))).toEqual({ username: 'shoal', by: 'token' })
  for (const wrong of [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Digest ${TOKEN}` },
    { authorization: 'Basic !' },
  ])
    expect(await access.identify(asking(wrong))).toBeNull()
  expect(await access.identify(basic('ann', TOKEN))).toBeNull()
})

test('only user name and password together open the node', async () => {
  const access = open({ secret })
  expect(await access.identify(basic('ann', 'correct horse'))).toEqual({ username: 'ann', by: 'password' })
  expect(await access.identify(basic('ann', 'correct'))).toBeNull()
  expect(await access.identify(basic('bob', 'correct horse'))).toBeNull()
  expect(await access.identify(basic('shoal', TOKEN))).toEqual({ username: 'shoal', by: 'token' })
})

test('a correct password is not hashed again', async () => {
  const access = open({ secret })
  await access.checkPassword('ann', 'correct horse', asking({}))
  // This number of simultaneous hashes would be rejected.
  const again = Array.from({ length: 50 }, () => access.checkPassword('ann', 'correct horse', asking({})))
  expect(await Promise.all(again)).toEqual(Array(50).fill(true))
})

test('the first line of the file is the password, hashed at full cost', async () => {
  await writeFile(join(folder, 'password'), 'correct horse\nnot this line\n')
  const read = await readPassword('ann', join(folder, 'password'))
  expect(read.cost).toMatchObject({ N: 131_072, r: 8, p: 1 })
  const access = open({ secret: read })
  expect(await access.checkPassword('ann', 'correct horse', asking({}))).toBe(true)
})

test('short passwords and user names with a colon are rejected', async () => {
  await writeFile(join(folder, 'short'), '1234567\n')
  await expect(readPassword('ann', join(folder, 'short'))).rejects.toThrow(/fewer than 8/)
  await expect(readPassword('ann', join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(hashPassword('a:b', 'long enough')).rejects.toMatchObject({ code: 'bad-argument' })
})

test('each wrong token doubles the wait, in any scheme', async () => {
  const access = open()
  const guess = (ip: string) => access.identify(asking({ authorization: 'Bearer wrong' }, ip))
  for (let time = 0; time < 5; time++) expect(await guess('10.0.0.1')).toBeNull()
  await expect(guess('10.0.0.1')).rejects.toMatchObject({ code: 'too-many-attempts', retryAfterSeconds: 2 })
  await expect(access.identify({ ...basic('ann', 'x'), ip: '10.0.0.1' })).rejects.toMatchObject({
    code: 'too-many-attempts',
  })
  now += 2000
  expect(await guess('10.0.0.1')).toBeNull()
  await expect(guess('10.0.0.1')).rejects.toMatchObject({ retryAfterSeconds: 4 })
  expect(await guess('10.0.0.2')).toBeNull()
  const right = asking({ authorization: `Bearer ${TOKEN}` }, '10.0.0.1')
  expect(await access.identify(right)).not.toBeNull()
})

test('credentials of a page of another site are not looked at, and do not count as guesses', async () => {
  const access = open({ secret })
  const from = (site: string, authorization: string) =>
    access.identify(asking({ authorization, 'sec-fetch-site': site }, '10.0.3.1'))
  const encoded = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
  const [wrong, right] = [encoded('ann:wrong'), encoded('ann:correct horse')]
  for (let time = 0; time < 20; time++) expect(await from('cross-site', wrong)).toBeNull()
  for (const given of [right, `Bearer ${TOKEN}`, 'Bearer wrong'])
    expect(await from('cross-site', given)).toBeNull()
  expect(await from('none', wrong)).toBeNull()
  expect(await from('same-origin', right)).toEqual({ username: 'ann', by: 'password' })
})

test('an IPv6 /64 counts as one address, and an IPv4 address is the same in any notation', async () => {
  const access = open()
  const guess = (ip: string) => access.identify(asking({ authorization: 'Bearer wrong' }, ip))
  for (let host = 1; host <= 5; host++) await guess(`2001:db8:1:2::${host}`)
  await expect(guess('2001:db8:1:2:ffff::1')).rejects.toMatchObject({ code: 'too-many-attempts' })
  expect(await guess('2001:db8:1:3::1')).toBeNull()
  for (let time = 0; time < 5; time++) await guess('::ffff:10.9.8.7')
  await expect(guess('10.9.8.7')).rejects.toMatchObject({ code: 'too-many-attempts' })
})

test('all addresses share a budget that does not lock out users who logged in before', async () => {
  const access = open({ secret })
  const from = (ip: string, password: string) => access.checkPassword('ann', password, asking({}, ip))
  await from('192.168.0.2', 'correct horse')
  const bearer = (ip: string) => access.identify(asking({ authorization: 'Bearer wrong' }, ip))
  for (let host = 0; host < 100; host++) await bearer(`10.0.1.${host}`)
  await expect(bearer('10.0.2.1')).rejects.toMatchObject({ code: 'too-many-attempts' })
  expect(await from('192.168.0.2', 'a typing error')).toBe(false)
  now += 10_000
  expect(await bearer('10.0.2.1')).toBeNull()
})

test('excessive concurrent logins are rejected without hashing', async () => {
  const access = open({ secret })
  const logins = Array.from({ length: 12 }, (_, host) =>
    access.checkPassword('ann', 'no', asking({}, `10.0.3.${host}`)),
  )
  const results = await Promise.allSettled(logins)
  const refused = results.filter(result => result.status === 'rejected')
  expect(refused.map(({ reason }) => reason.code)).toEqual(Array(4).fill('too-many-attempts'))
})

test('a session lasts thirty days after its last use, or until the logout', async () => {
  const access = open({ secret })
  const cookie = await access.login('ann', 'correct horse', asking({}))
  for (const days of [20, 29, 29.9]) {
    now += days * DAY_MS
    expect(await access.identify(withCookie(cookie))).toEqual({ username: 'ann', by: 'session' })
  }
  now += SESSION_SECONDS * 1000
  expect(await access.identify(withCookie(cookie))).toBeNull()
  const another = await access.login('ann', 'correct horse', asking({}))
  access.logout(withCookie(another))
  expect(await access.identify(withCookie(another))).toBeNull()
  await expect(access.login('ann', 'wrong horse', asking({}))).rejects.toMatchObject({
    code: 'wrong-password',
  })
})

test('the cookie of a node on another port of the host is ignored', async () => {
  const access = open({ secret })
  const cookie = await access.login('ann', 'correct horse', asking({}))
  const both = {
    cookie: `${sessionCookieName(8421, false)}=${'x'.repeat(43)}.${'x'.repeat(43)}; ${sessionCookieName(PORT, false)}=${cookie}`,
  }
  expect(await access.identify(asking(both))).toEqual({ username: 'ann', by: 'session' })
  expect(await access.identify(asking(both, '127.0.0.1', 8421))).toBeNull()
})

test('sessions survive a restart, but not a new password or token', async () => {
  const sessions = memorySessions()
  const login = () => open({ secret, sessions }).login('ann', 'correct horse', asking({}))
  const cookie = await login()
  expect(await open({ secret, sessions }).identify(withCookie(cookie))).not.toBeNull()
  const again = await hashPassword('ann', 'correct horse', CHEAP)
  expect(await open({ secret: again, sessions }).identify(withCookie(cookie))).not.toBeNull()
  const changed = await hashPassword('ann', 'another horse', CHEAP)
  // Before the network password is read, the session grants no access, but does not end.
  expect(await open({ sessions }).identify(withCookie(cookie))).toBeNull()
  expect(await open({ secret, sessions }).identify(withCookie(cookie))).not.toBeNull()
  expect(await open({ secret: changed, sessions }).identify(withCookie(cookie))).toBeNull()
  expect(
    await open({ secret, sessions, token: 'x'.repeat(43) }).identify(withCookie(await login())),
  ).toBeNull()
  const another = await login()
  const seal = another.slice(44)
  const turned = `${another.slice(0, 44)}${[...seal].reverse().join('')}`
  expect(await open({ secret, sessions }).identify(withCookie(turned))).toBeNull()
  // The wrong fingerprint has ended the session.
  expect(open({ secret, sessions }).sessionsFor({ username: 'ann', by: 'password' })).toEqual([])
})

describe('the sessions of browsers', () => {
  const from = (browser: string, ip: string) => asking({ 'user-agent': browser }, ip)
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const token = { username: 'shoal', by: 'token' } as const
  const ann = { username: 'ann', by: 'password' } as const

  test('are listed with the browser, its address and its times', async () => {
    const access = open({ secret })
    const loggedInMs = now
    const cookie = await access.login('ann', 'correct horse', from(FIREFOX, '10.0.0.1'))
    now += DAY_MS
    await access.identify(withCookie(cookie))
    const [session] = access.sessionsFor(token)
    expect(session).toMatchObject({
      ...{ userName: 'ann', address: '10.0.0.1', browser: 'Firefox, Linux' },
      ...{ createdMs: loggedInMs, usedMs: now, expiresMs: now + SESSION_SECONDS * 1000 },
    })
    expect(access.sessionOf(withCookie(cookie))).toBe(session!.id)
    now += SESSION_SECONDS * 1000
    expect(access.sessionsFor(token)).toEqual([])
  })

  test('are all shown to the token, to a user only the own ones', async () => {
    const access = open({ secret })
    await access.login('shoal', TOKEN, from('curl/8.9', '10.0.0.1'))
    const cookie = await access.login('ann', 'correct horse', from('', '10.0.0.2'))
    const shown = (identity: Identity) => access.sessionsFor(identity).map(({ userName }) => userName)
    expect(shown(token).sort()).toEqual(['ann', 'shoal'])
    expect(shown(ann)).toEqual(['ann'])
    expect(shown((await access.identify(withCookie(cookie)))!)).toEqual(['ann'])
  })

  test('open nothing once they were ended', async () => {
    const access = open({ secret })
    const cookie = await access.login('ann', 'correct horse', from(FIREFOX, '10.0.0.1'))
    const other = await access.login('ann', 'correct horse', from(FIREFOX, '10.0.0.2'))
    access.endSession(access.sessionOf(withCookie(cookie))!)
    expect(await access.identify(withCookie(cookie))).toBeNull()
    expect(access.sessionOf(withCookie(cookie))).toBeNull()
    expect(await access.identify(withCookie(other))).not.toBeNull()
  })

  test('of a user who cannot log in any more are not listed', async () => {
    const access = open({ secret })
    await access.login('ann', 'correct horse', from(FIREFOX, '10.0.0.1'))
    access.useSecret(await hashPassword('bob', 'correct horse', CHEAP))
    expect(access.sessionsFor(token)).toEqual([])
  })
})

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
    'Chrome, Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
    'Edge, Windows',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15', 'Safari, macOS'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1', 'Safari, iOS'],
  ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 'Chrome, Android'],
  ['curl/8.9.1', 'curl'],
  ['Firefox/140.0', 'Firefox'],
  [undefined, null],
  ['', null],
  ['<script>', null],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0.0.0 Safari/537.36',
    'Chrome, Linux',
  ],
  ['x'.repeat(100_000), 'x'.repeat(40)],
])('the browser of %j is %j', (header, name) => {
  expect(browserName(header)).toBe(name)
})

test('another password ends the sessions of the old one, but not those of the token', async () => {
  const access = open({ secret })
  const token = withCookie(await access.login('shoal', TOKEN, asking({})))
  const password = withCookie(await access.login('ann', 'correct horse', asking({})))
  expect(access.provesToken(await access.identify(token))).toBe(true)
  access.useSecret(restoreSecret(storeSecret(await hashPassword('ann', 'another horse'))))
  expect(await access.identify(password)).toBeNull()
  expect(access.provesToken(await access.identify(token))).toBe(true)
  expect(await access.checkPassword('ann', 'another horse', asking({}))).toBe(true)
  // A login that was checked against a password replaced in the meantime does not count for the new
  // one.
  access.useSecret(await hashPassword('ann', 'another horse', CHEAP))
  // Handled immediately: it can reject while the next password is hashed.
  const late = expect(access.login('ann', 'another horse', asking({}))).rejects.toMatchObject({
    code: 'wrong-password',
  })
  access.useSecret(null)
  access.useSecret(await hashPassword('ann', 'yet another horse', CHEAP))
  await late
  access.useSecret(null)
  expect([access.hasPassword, await access.checkPassword('ann', 'another horse', asking({}))]).toEqual([
    false,
    false,
  ])
  // A user with the token's user name could otherwise pass for the owner.
  access.useSecret(await hashPassword('shoal', 'a third horse', CHEAP))
  expect(await access.identify(token)).toBeNull()
})
