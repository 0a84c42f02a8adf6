/**
 * A key file is an age file, sealed to a passphrase, whose text is an identity file of age: `age -d -i FILE` takes it as it is, and asks
 * for the passphrase. The Ed25519 half stands in a comment.
 */
import { base64urlnopad } from '@scure/base'
import { Decrypter, Encrypter } from 'age-encryption'
import { DEFAULT_WORK_FACTOR, passphraseIdentity, passphraseRecipient } from './age/passphrase.ts'
import { IdentityError } from './identity-error.ts'
import { KeyPair } from './key-pair.ts'

/** More than any key file takes. */
export const MAX_KEY_FILE_BYTES = 16 * 1024
const SEED_LINE = /^# ed25519: ([A-Za-z0-9_-]{43})$/m

export interface KeyFileOptions {
  /** The logarithm, to the base 2, of scrypt's N. Default 18, as age. */
  readonly workFactor?: number
}

/** The bytes of a key file. Takes about a second. Throws `bad-argument` for an empty passphrase. */
export async function writeKeyFile(
  keyPair: KeyPair,
  passphrase: string,
  { workFactor = DEFAULT_WORK_FACTOR }: KeyFileOptions = {},
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient(passphrase, workFactor))
  return encrypter.encrypt(identityText(keyPair))
}

/** The key pair of a key file. Rejects with `wrong-passphrase`, `bad-key-file` or `too-much-work`. */
export async function readKeyFile(bytes: Uint8Array, passphrase: string): Promise<KeyPair> {
  if (bytes.length > MAX_KEY_FILE_BYTES) throw damaged()
  const text = await decryptKeyFile(bytes, passphrase)
  const seed = SEED_LINE.exec(text)?.[1]
  if (seed === undefined)
    throw new IdentityError(
      'bad-key-file',
      'this file holds no key of Shoal: choose the one that shoal key new wrote',
    )
  return new KeyPair(base64urlnopad.decode(seed))
}

/** A key as text, in the clear: an identity file, as `age -i` reads it. */
export function identityText(keyPair: KeyPair): string {
  const { seed, ageSecretKey } = keyPair.exportSecret()
  const lines = [
    `# ${keyPair.did}`,
    `# public key: ${keyPair.recipient}`,
    `# ed25519: ${base64urlnopad.encode(seed)}`,
    ageSecretKey,
  ]
  return `${lines.join('\n')}\n`
}

/** The text that a file is, sealed to a passphrase. Rejects with `wrong-passphrase`, `bad-key-file` or `too-much-work`. */
export async function decryptKeyFile(bytes: Uint8Array, passphrase: string): Promise<string> {
  const { unwrapFileKey } = passphraseIdentity(passphrase)
  let wrong = false
  const decrypter = new Decrypter()
  decrypter.addIdentity({
    async unwrapFileKey(stanzas) {
      const fileKey = await unwrapFileKey(stanzas)
      wrong = fileKey === null && stanzas.some(({ args }) => args[0] === 'scrypt')
      return fileKey
    },
  })
  try {
    return await decrypter.decrypt(bytes, 'text')
  } catch (error) {
    if (wrong) throw new IdentityError('wrong-passphrase', 'the passphrase is wrong: try again')
    if (error instanceof IdentityError) throw error
    throw damaged()
  }
}

function damaged(): IdentityError {
  return new IdentityError('bad-key-file', 'this is no key file, or a damaged one: take it from a backup')
}
