import { armor, Encrypter } from 'age-encryption'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdentityError, identityText, KeyPair, writeKeyFile } from '../index.ts'
import {
  formatSecretKey,
  isEncryptedIdentities,
  parseIdentities,
  passphraseRecipient,
  readIdentities,
  x25519PublicKey,
} from './age.ts'
import { formatRecipient } from './text.ts'

const QUICK = { workFactor: 10 }
const encode = (text: string) => new TextEncoder().encode(text)
const recipients = (keys: readonly Uint8Array[]) => keys.map(key => formatRecipient(x25519PublicKey(key)))
const errorCode = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof IdentityError ? error.code : error),
  )

test('a Shoal key file opens with its passphrase, its plain text without one', async () => {
  const pair = KeyPair.generate()
  const file = await writeKeyFile(pair, 'passphrase', QUICK)
  expect(isEncryptedIdentities(file)).toBe(true)
  expect(recipients(await readIdentities(file, 'passphrase'))).toEqual([pair.recipient])
  expect(await errorCode(readIdentities(file, 'another'))).toBe('wrong-passphrase')
  const text = encode(identityText(pair))
  expect(isEncryptedIdentities(text)).toBe(false)
  expect(recipients(await readIdentities(text))).toEqual([pair.recipient])
})

test('identity files of age-keygen are read, armored and with several keys', async () => {
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const text = `# created: 2026-01-01\r\n${formatSecretKey(one)}\r\n\n  ${formatSecretKey(two)}`
  expect(parseIdentities(text)).toEqual([one, two])
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient('passphrase', QUICK.workFactor))
  const armored = encode(armor.encode(await encrypter.encrypt(text)))
  expect(isEncryptedIdentities(armored)).toBe(true)
  expect(await readIdentities(armored, 'passphrase')).toEqual([one, two])
})

test('input that is not a secret key is rejected with a clear error', async () => {
  const { recipient, did } = KeyPair.generate()
  for (const text of [recipient, did]) expect(() => parseIdentities(text)).toThrow(/public key/)
  for (const text of ['', '# only this', 'hello', formatSecretKey(new Uint8Array(32)).slice(0, -1)])
    expect(() => parseIdentities(text)).toThrow(expect.objectContaining({ code: 'bad-key' }))
  expect(() => parseIdentities(`${formatSecretKey(new Uint8Array(32))}\n`.repeat(101))).toThrow(IdentityError)
  expect(await errorCode(readIdentities(new Uint8Array(100_000)))).toBe('bad-key-file')
  expect(await errorCode(readIdentities(encode('age-encryption.org/v1\n-> x'), 'x'))).toBe('bad-key-file')
  expect(await errorCode(readIdentities(encode('-----BEGIN AGE ENCRYPTED FILE-----\n!'), 'x'))).toBe(
    'bad-key-file',
  )
})

test('any bytes parse or throw an IdentityError', async () => {
  const begins = ['', 'age-encryption.org/v1\n', '-----BEGIN AGE ENCRYPTED FILE-----\n', 'AGE-SECRET-KEY-1']
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...begins), fc.uint8Array({ maxLength: 300 }), async (begin, bytes) => {
      const code = await errorCode(readIdentities(Uint8Array.from([...encode(begin), ...bytes]), 'x'))
      expect(['bad-key', 'bad-key-file', 'wrong-passphrase', 'too-much-work']).toContain(code)
    }),
    { numRuns: 200 },
  )
})
