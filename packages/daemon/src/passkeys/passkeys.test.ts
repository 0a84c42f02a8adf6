import { afterEach, expect, test } from 'vitest'
import { Challenges } from '../login/challenges.ts'
import { type Changes, TestPasskey } from '../testing/authenticator.ts'
import { askForLogin, askForNew, type PasskeyKey, passkeyDomain, verifyLogin, verifyNew } from './passkeys.ts'

const ORIGIN = 'https://hub.example.org'
const challenges = new Challenges(() => 1_800_000_000_000)
const isOpen = (purpose: string) => (nonce: string) => challenges.expiry(nonce, purpose) !== null
const user = { id: new Uint8Array(32), name: 'Ann' }

async function register(passkey = new TestPasskey(ORIGIN), changes: Changes = {}) {
  const { nonce } = challenges.make('new')
  const options = askForNew({ origin: ORIGIN, nonce, title: 'Hub', user, existing: [] })
  return verifyNew(passkey.create(options, changes), { origin: ORIGIN, isOpen: isOpen('new') })
}

async function login(passkey: TestPasskey, known: PasskeyKey, changes: Changes = {}) {
  const options = askForLogin(ORIGIN, challenges.make('login').nonce)
  return verifyLogin(passkey.answer(options, changes), known, { origin: ORIGIN, isOpen: isOpen('login') })
}

const warnings: string[] = []
const onWarning = ({ message }: Error) => warnings.push(message)
afterEach(() => process.off('warning', onWarning))

test('passkeys are for names with https, and for localhost', () => {
  expect(
    ['https://hub.example.org:8443', 'http://localhost:6969', 'https://node.localhost'].map(passkeyDomain),
  ).toEqual(['hub.example.org', 'localhost', 'node.localhost'])
  for (const other of [
    'http://hub.example.org',
    'https://192.0.2.1',
    'https://[2001:db8::1]',
    'x',
    'ftp://localhost',
  ])
    expect(passkeyDomain(other), other).toBeNull()
  expect(() => askForLogin('http://127.0.0.1:6969', 'x')).toThrow(
    expect.objectContaining({ code: 'no-passkeys', field: 'origin' }),
  )
})

test('a passkey is registered and logs in, and Node prints no warning', async () => {
  process.on('warning', onWarning)
  const own = new TestPasskey(ORIGIN)
  const [known, nonce] = await register(own)
  expect(known).toMatchObject({ id: new Uint8Array(own.id), counter: 0 })
  expect(challenges.use(nonce, 'new')).toBe(true)
  const [counter, other] = await login(own, known, { counter: 5 })
  expect([counter, challenges.use(other, 'login')]).toEqual([5, true])
  // Warnings are emitted in the next turn.
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
  process.emitWarning('another one')
  await new Promise(setImmediate)
  expect(warnings).toEqual(['another one'])
})

const wrong: Record<string, Changes> = {
  'another origin': { origin: 'https://evil.example' },
  'the origin without https': { origin: 'http://hub.example.org' },
  'another domain': { domain: 'evil.example' },
  'a challenge that was made up': { challenge: Buffer.from('x'.repeat(70)).toString('base64url') },
  'a challenge for something else': {
    challenge: Buffer.from(challenges.make('delete').nonce).toString('base64url'),
  },
  'a user who was not asked': { flags: 0x01 },
  'nobody at the authenticator': { flags: 0x04 },
}

test.each(Object.entries(wrong))('%s is refused', async (_, changes) => {
  const own = new TestPasskey(ORIGIN)
  await expect(register(own, changes)).rejects.toMatchObject({ code: 'bad-passkey' })
  const [known] = await register(own)
  await expect(login(own, known, changes)).rejects.toMatchObject({ code: 'bad-passkey' })
})

test('a signature by another key, a counter that goes back, and statements of manufacturers are refused', async () => {
  const [own, other] = [new TestPasskey(ORIGIN), new TestPasskey(ORIGIN)]
  const [known] = await register(own)
  await expect(login(other, known)).rejects.toMatchObject({ code: 'bad-passkey' })
  await expect(login(own, { ...known, counter: 7 }, { counter: 7 })).rejects.toMatchObject({
    code: 'bad-passkey',
  })
  for (const format of ['packed', 'tpm', 'android-safetynet', 'apple', 'fido-u2f'])
    await expect(register(new TestPasskey(ORIGIN), { format })).rejects.toMatchObject({ code: 'bad-passkey' })
})

test('bytes that are none of it are refused, too', async () => {
  const options = { origin: ORIGIN, isOpen: () => true }
  const [known] = await register()
  for (const junk of ['', 'AAAA', 'x'.repeat(5000)]) {
    const given = { id: 'AAAA', clientDataJSON: junk, attestationObject: junk, transports: [] }
    await expect(verifyNew(given, options)).rejects.toMatchObject({ code: 'bad-passkey' })
    const answer = { id: 'AAAA', clientDataJSON: junk, authenticatorData: junk, signature: junk }
    await expect(verifyLogin(answer, known, options)).rejects.toMatchObject({ code: 'bad-passkey' })
  }
})
