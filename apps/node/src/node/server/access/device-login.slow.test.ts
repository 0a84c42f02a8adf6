import { CHALLENGE_SECONDS, Challenges } from '@shoal/daemon/login'
import { KeyPair } from '@shoal/identity'
import { signLoginToken } from '@shoal/identity/login'
import { beforeEach, describe, expect, test } from 'vitest'
import type { HttpDoor } from '../../kernel/http-door.ts'
import type { Server, ServerOptions } from '../server.ts'
import { exchange } from '../testing/exchange.ts'
import { serve } from '../testing/served.ts'
import { Access, type AskingRequest } from './access.ts'
import { DEVICE_SESSION_SECONDS } from './sessions.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
const ORIGIN = 'https://node.example'
const [LAPTOP, PHONE, STRANGER] = Array.from({ length: 3 }, () => KeyPair.generate()) as [
  KeyPair,
  KeyPair,
  KeyPair,
]
const PERSON = KeyPair.generate().did
const hex = (key: KeyPair) => Buffer.from(key.publicKey).toString('hex')

let now: number
let known: Set<string>
let listeners: (() => void)[]
let access: Access

beforeEach(() => {
  now = 1_800_000_000_000
  known = new Set([LAPTOP, PHONE].map(hex))
  listeners = []
  access = new Access({
    token: TOKEN,
    now: () => now,
    devices: {
      did: PERSON,
      accepts: (person, key) => person === PERSON && known.has(key),
      onChanged: listener => {
        listeners.push(listener)
        return () => {}
      },
    },
  })
})

const asking = (headers: AskingRequest['headers'] = {}, ip = '192.0.2.1') => ({
  ...{ ip, headers },
  socket: { localPort: 8420 },
})
const bearer = (session: string) => asking({ authorization: `Bearer ${session}` })
const sign = (nonce: string, { device = LAPTOP, person = PERSON, audience = ORIGIN, seconds = 0 } = {}) =>
  signLoginToken({ person, audience, nonce }, device, now / 1000 + seconds)

/** Logs in with a signed token, to which changes can be made first. */
async function login(changes: Parameters<typeof sign>[1] = {}, ip?: string): Promise<string> {
  const { nonce } = access.challenge(asking({}, ip))
  const given = { nonce, audience: ORIGIN, token: sign(nonce, changes) }
  return (await access.loginWithDevice(given, asking({}, ip))).session
}
const refused = { code: 'bad-login' }

describe('a device of the user', () => {
  test('logs in with its key, and uses the session as a token', async () => {
    const session = await login()
    expect(await access.identify(bearer(session))).toEqual({ username: PERSON, by: 'session' })
    // It proves the user, not access to the machine.
    expect(access.provesToken(await access.identify(bearer(session)))).toBe(false)
    // A browser session is only accepted from its cookie.
    const cookie = await access.login('shoal', TOKEN, asking())
    expect(await access.identify(bearer(cookie))).toBeNull()
  })

  test('is listed among the sessions, and can be logged out', async () => {
    const session = await login()
    const [listed] = access.sessionsFor({ username: 'shoal', by: 'token' })
    expect(listed).toMatchObject({ userName: PERSON, device: hex(LAPTOP), address: '192.0.2.1' })
    access.endSession(listed!.id)
    expect(await access.identify(bearer(session))).toBeNull()
  })

  test('is logged out after a quarter of an hour without a request', async () => {
    const session = await login()
    for (let turn = 0; turn < 3; turn++) {
      now += 1000 * (DEVICE_SESSION_SECONDS - 1)
      expect(await access.identify(bearer(session))).not.toBeNull()
    }
    now += 1000 * DEVICE_SESSION_SECONDS
    for (let turn = 0; turn < 10; turn++) expect(await access.identify(bearer(session))).toBeNull()
    // It did not count as a guess, so the device can log in again.
    expect(typeof (await login())).toBe('string')
  })

  test('is logged out at once when it is removed, with what it reads, and no other is', async () => {
    const [session, other] = [await login(), await login({ device: PHONE })]
    const ended: string[] = []
    access.lasting.add(access.sessionOf(bearer(session)), () => ended.push('laptop'))
    access.lasting.add(access.sessionOf(bearer(other)), () => ended.push('phone'))
    known.delete(hex(LAPTOP))
    expect(await access.identify(bearer(session))).toBeNull()
    for (const listener of listeners) listener()
    expect(ended).toEqual(['laptop'])
    expect(await access.identify(bearer(other))).not.toBeNull()
    // It remains ended when the device is added again: the device must log in again.
    known.add(hex(LAPTOP))
    expect(await access.identify(bearer(session))).toBeNull()
  })

  test('reads nothing more after its list has expired, even if its session ended before', async () => {
    const session = await login()
    const ended: string[] = []
    access.lasting.add(access.sessionOf(bearer(session)), () => ended.push('laptop'))
    now += 1000 * (DEVICE_SESSION_SECONDS + 1)
    known.clear()
    for (const listener of listeners) listener()
    expect(ended).toEqual(['laptop'])
  })
})

describe('a login is refused', () => {
  test('when it is used twice, also at the same time', async () => {
    const { nonce } = access.challenge(asking())
    const given = { nonce, audience: ORIGIN, token: sign(nonce) }
    const results = await Promise.allSettled([1, 2].map(() => access.loginWithDevice(given, asking())))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(access.loginWithDevice(given, asking())).rejects.toMatchObject(refused)
  })

  test('when it was signed for another origin or another challenge', async () => {
    await expect(login({ audience: 'https://evil.example' })).rejects.toMatchObject(refused)
    await expect(login({ audience: 'http://node.example' })).rejects.toMatchObject(refused)
    const [one, other] = [access.challenge(asking()), access.challenge(asking())]
    const given = { nonce: one.nonce, audience: ORIGIN, token: sign(other.nonce) }
    await expect(access.loginWithDevice(given, asking())).rejects.toMatchObject(refused)
  })

  test('when its device is a stranger or was removed, or acts for somebody else', async () => {
    await expect(login({ device: STRANGER })).rejects.toMatchObject(refused)
    await expect(login({ person: STRANGER.did })).rejects.toMatchObject(refused)
    known.delete(hex(LAPTOP))
    await expect(login()).rejects.toMatchObject(refused)
    expect(typeof (await login({ device: PHONE }))).toBe('string')
  })

  test('when the challenge or the token has expired', async () => {
    const { nonce } = access.challenge(asking())
    now += 1000 * CHALLENGE_SECONDS
    const late = { nonce, audience: ORIGIN, token: sign(nonce) }
    await expect(access.loginWithDevice(late, asking())).rejects.toMatchObject(refused)
    await expect(login({ seconds: -3600 })).rejects.toMatchObject(refused)
    await expect(login({ seconds: 3600 })).rejects.toMatchObject(refused)
  })

  test('with a challenge of another node, or one that somebody made up', async () => {
    const { nonce } = new Challenges(() => now).make()
    for (const each of [nonce, '', 'x', `${'z'.repeat(10)}.${'a'.repeat(24)}.${'a'.repeat(43)}`]) {
      const given = { nonce: each, audience: ORIGIN, token: sign(each) }
      await expect(access.loginWithDevice(given, asking())).rejects.toMatchObject(refused)
    }
  })

  test('with a token that is none', async () => {
    const { nonce } = access.challenge(asking())
    for (const token of ['', 'x', 'a.b.c', `${sign(nonce)}x`, 'x'.repeat(5000)])
      await expect(
        access.loginWithDevice(
          { nonce, audience: ORIGIN, token },
          asking({}, `192.0.2.${token.length % 200}`),
        ),
      ).rejects.toMatchObject(refused)
  })

  test('after too many failures of an address, as with passwords', async () => {
    for (let time = 0; time < 5; time++)
      await expect(login({ device: STRANGER })).rejects.toMatchObject(refused)
    await expect(login({ device: STRANGER })).rejects.toMatchObject({ code: 'too-many-attempts' })
    expect(() => access.challenge(asking())).toThrow(
      expect.objectContaining({ code: 'too-many-attempts', retryAfterSeconds: 2 }),
    )
    expect(await access.identify(asking({ authorization: `Bearer ${TOKEN}` }))).not.toBeNull()
    expect(typeof (await login({}, '198.51.100.1'))).toBe('string')
  })

  describe('when it was signed for another address, whatever Host it names:', () => {
    /**
     * Logs in at a server with a token signed for the audience, and with that as the `Host`.
     * Returns the status.
     */
    async function loginFor(server: Server, audience: string): Promise<number> {
      const { nonce } = access.challenge(asking())
      const body = JSON.stringify({ nonce, audience, token: sign(nonce, { audience }) })
      const { host } = new URL(audience)
      const lines = ['POST /api/access/devices HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json']
      const answer = await exchange(
        server.port,
        `${[...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`,
      )
      if (answer.status !== 200) expect(JSON.parse(answer.body).error.field, audience).toBe('audience')
      return answer.status
    }

    test.each<[string, Partial<ServerOptions>, (port: number) => [own: string[], others: string[]]]>([
      [
        'an address',
        { allowedHosts: ['node.example'] },
        port => [
          [`http://127.0.0.1:${port}`, `http://localhost:${port}`, 'https://node.example'],
          ['http://127.0.0.2', 'http://localhost', 'http://[::1]', 'https://127.0.0.1:8420'],
        ],
      ],
      [
        'another port of a host name',
        { host: 'localhost' },
        port => [
          [`http://localhost:${port}`],
          ['http://localhost', `http://localhost:${port + 1}`, `https://localhost:${port}`],
        ],
      ],
      [
        'another port of an allowed name',
        { allowedHosts: ['box'] },
        port => [
          [`http://box:${port}`, 'https://box'],
          [`http://box:${port + 1}`, 'https://box:8443', 'http://box', `https://box:${port}`],
        ],
      ],
    ])('%s', async (_, options, addresses) => {
      const { server } = await serve({ access, ...options })
      try {
        const [own, others] = addresses(server.port)
        for (const each of others) expect([each, await loginFor(server, each)]).toEqual([each, 401])
        for (const each of own) expect([each, await loginFor(server, each)]).toEqual([each, 200])
      } finally {
        await server.close()
      }
    })

    test('the public address is one of the node, if its name is', async () => {
      let door: HttpDoor | undefined
      const onHttpServer: ServerOptions['onHttpServer'] = [
        (_server, place) => {
          door = place.door
        },
      ]
      const { server } = await serve({ access, allowedHosts: ['box'], onHttpServer })
      try {
        door!.acceptLoginsAt('https://box:8443/')
        expect(await loginFor(server, 'https://box:8443')).toBe(200)
        expect(await loginFor(server, 'http://box:8443')).toBe(401)
        door!.acceptLoginsAt('http://box')
        expect(await loginFor(server, 'http://box')).toBe(200)
        expect(await loginFor(server, 'https://box:8443')).toBe(401)
        door!.acceptLoginsAt('http://localhost:9999')
        expect(await loginFor(server, 'http://localhost:9999')).toBe(401)
      } finally {
        await server.close()
      }
    })
  })

  test('by a node that knows no person', () => {
    expect(() => new Access({ token: TOKEN }).challenge(asking())).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    )
  })
})

test('challenges that nobody answers take no memory, and answered ones are forgotten when they expire', () => {
  const challenges = new Challenges(() => now)
  const { nonce } = challenges.make()
  expect([challenges.use(nonce), challenges.use(nonce), challenges.isOpen(nonce)]).toEqual([
    true,
    false,
    false,
  ])
  for (let turn = 0; turn < 10_000; turn++) challenges.use(challenges.make().nonce)
  const { nonce: one } = challenges.make()
  expect(challenges.use(one)).toBe(false)
  now += 1000 * CHALLENGE_SECONDS
  expect(challenges.use(challenges.make().nonce)).toBe(true)
})
