import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Encrypter } from 'age-encryption'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  formatRecipient,
  parseRecipient,
  parseSecretKey,
  passphraseRecipient,
  x25519PublicKey,
} from './age/age.ts'
import { scrypt as browserScrypt } from './age/scrypt.browser.ts'
import { scrypt as nodeScrypt } from './age/scrypt.node.ts'
import {
  formatDidKey,
  IdentityError,
  KeyPair,
  parseDidKey,
  readKeyFile,
  toRecipientKey,
  verify,
  writeKeyFile,
} from './index.ts'
import { loadKeyFile, saveKeyFile } from './key-file.node.ts'
import { thrownCode } from './testing/thrown-code.ts'

const QUICK = { workFactor: 10 }
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-identity-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** RFC 8032, section 7.1, test 2. */
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'

async function errorCode(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    error => (error instanceof IdentityError ? error.code : String(error)),
  )
}

test('keys and signatures match RFC 8032', () => {
  const pair = new KeyPair(SEED)
  expect(Buffer.from(pair.publicKey).toString('hex')).toBe(PUBLIC)
  const message = Uint8Array.of(0x72)
  expect(Buffer.from(pair.sign(message)).toString('hex')).toBe(SIGNATURE)
  expect(verify(pair.did, message, Buffer.from(SIGNATURE, 'hex'))).toBe(true)
  expect(verify(pair.did, Uint8Array.of(0x73), Buffer.from(SIGNATURE, 'hex'))).toBe(false)
  expect(verify(KeyPair.generate().did, message, Buffer.from(SIGNATURE, 'hex'))).toBe(false)
})

test('derived keys are the same each time, and differ by key, purpose and name', () => {
  const pair = new KeyPair(SEED)
  const info = Buffer.from('7 publish films')
  const expected = Buffer.from(hkdfSync('sha256', SEED, 'shoal derived key v1', info, 32))
  expect(Buffer.from(pair.derive('publish', 'films').exportSecret().seed)).toEqual(expected)
  const others = [
    pair,
    pair.derive('publish', 'music'),
    pair.derive('publish films', ''),
    pair.derive('other', 'films'),
    KeyPair.generate().derive('publish', 'films'),
  ]
  expect(others.map(({ did }) => did)).not.toContain(pair.derive('publish', 'films').did)
  expect(new Set(others.map(({ did }) => did)).size).toBe(5)
})

test('signatures are compatible with Node', () => {
  const pair = KeyPair.generate()
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    pair.exportSecret().seed,
  ])
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const message = Buffer.from('from one to the other')
  expect(verify(pair.did, message, nodeSign(null, message, secret))).toBe(true)
  expect(nodeVerify(null, message, createPublicKey(secret), pair.sign(message))).toBe(true)
})

test('did:key matches the specification', () => {
  // W3C did:key, the Ed25519 example.
  const did = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  const key = parseDidKey(did)
  expect(Buffer.from(key).toString('hex')).toBe(
    '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6',
  )
  expect(formatDidKey(key)).toBe(did)
})

test('the recipient is the X25519 form of the same did:key', () => {
  const pair = new KeyPair(SEED)
  expect(toRecipientKey(pair.did)).toBe(pair.recipient)
  expect(toRecipientKey(pair.recipient)).toBe(pair.recipient)
  const { ageSecretKey } = pair.exportSecret()
  expect(formatRecipient(x25519PublicKey(parseSecretKey(ageSecretKey)))).toBe(pair.recipient)
})

test.each([
  ['did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do', 'truncated'],
  ['did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', 'of another kind'],
  ['did:web:example.org', 'not a did:key'],
  [`did:key:z${'1'.repeat(100_000)}`, 'too long'],
  ['age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq', 'with a wrong checksum'],
  ['', 'empty'],
])('%.60s is rejected (%s)', text => {
  expect(thrownCode(() => toRecipientKey(text))).toBe('bad-key')
})

test('keys of small order are rejected, because anyone can open what is sealed to them', () => {
  expect(thrownCode(() => toRecipientKey(formatDidKey(Uint8Array.of(1, ...new Uint8Array(31)))))).toBe(
    'bad-key',
  )
  expect(thrownCode(() => toRecipientKey(formatRecipient(new Uint8Array(32))))).toBe('bad-key')
})

test('any text parses or throws bad-key', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.uint8Array({ maxLength: 40 }).map(formatDidKey),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map(formatRecipient),
  )
  fc.assert(
    fc.property(anything, text => {
      expect([undefined, 'bad-key']).toContain(thrownCode(() => toRecipientKey(text)))
    }),
  )
  expect(parseRecipient(new KeyPair(SEED).recipient)).toHaveLength(32)
})

test('a key file opens only with its passphrase', async () => {
  const pair = new KeyPair(SEED)
  const bytes = await writeKeyFile(pair, 'correct horse', QUICK)
  expect((await readKeyFile(bytes, 'correct horse')).did).toBe(pair.did)
  expect(await errorCode(readKeyFile(bytes, 'correct  horse'))).toBe('wrong-passphrase')
  expect(Buffer.from(bytes).includes(pair.recipient)).toBe(false)
})

test('damaged key files are reported', async () => {
  const bytes = await writeKeyFile(new KeyPair(SEED), 'x', QUICK)
  expect(await errorCode(readKeyFile(bytes.slice(0, -1), 'x'))).toBe('bad-key-file')
  expect(await errorCode(readKeyFile(new Uint8Array(), 'x'))).toBe('bad-key-file')
  expect(await errorCode(readKeyFile(new Uint8Array(100_000), 'x'))).toBe('bad-key-file')
  for (const at of [30, bytes.length - 5]) {
    const wrong = bytes.slice()
    wrong[at]! ^= 1
    expect(['bad-key-file', 'wrong-passphrase']).toContain(await errorCode(readKeyFile(wrong, 'x')))
  }
  const other = new Encrypter()
  other.addRecipient(passphraseRecipient('x', 10))
  expect(await errorCode(readKeyFile(await other.encrypt('no key'), 'x'))).toBe('bad-key-file')
})

test('a file that demands excessive work is rejected immediately', async () => {
  const text = Buffer.from(await writeKeyFile(new KeyPair(SEED), 'x', QUICK)).toString('latin1')
  const heavy = Buffer.from(text.replace(/^(-> scrypt \S+) 10$/m, '$1 30'), 'latin1')
  expect(await errorCode(readKeyFile(heavy, 'x'))).toBe('too-much-work')
})

test('scrypt gives the same result on both platforms', async () => {
  const salt = Uint8Array.of(1, 2, 3)
  expect(await browserScrypt('pass', salt, 10)).toEqual(await nodeScrypt('pass', salt, 10))
})

test('the file is private, is replaced only on request, and leaves no temporary files', async () => {
  const path = join(folder, 'identity.age')
  const pair = KeyPair.generate()
  await saveKeyFile(path, pair, 'one', QUICK)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await errorCode(saveKeyFile(path, KeyPair.generate(), 'two', QUICK))).toBe('exists')
  expect((await loadKeyFile(path, 'one')).did).toBe(pair.did)
  await saveKeyFile(path, pair, 'two', { ...QUICK, replace: true })
  expect(await errorCode(loadKeyFile(path, 'one'))).toBe('wrong-passphrase')
  expect(await readdir(folder)).toEqual(['identity.age'])
  expect(await errorCode(loadKeyFile(join(folder, 'none'), 'x'))).toBe('not-found')
})
