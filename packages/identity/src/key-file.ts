/**
 * A key file is an age file encrypted with a passphrase that contains an age identity file, so
 * `age -d -i FILE` accepts it and asks for the passphrase. The Ed25519 secret is in a comment.
 */
import { base64urlnopad } from '@scure/base'
import { Encrypter } from 'age-encryption'
import { damagedKeyFile, decryptKeyFile, MAX_KEY_FILE_BYTES } from './age/identity-file.ts'
import { DEFAULT_WORK_FACTOR, passphraseRecipient } from './age/passphrase.ts'
import { IdentityError } from './identity-error.ts'
import { KeyPair } from './key-pair.ts'

const SEED_LINE = /^# ed25519: ([A-Za-z0-9_-]{43})$/m

export interface KeyFileOptions {
  /** The base-2 logarithm of scrypt's N. Default 18, like age. */
  readonly workFactor?: number
}

/**
 * Creates the bytes of a key file. Takes about a second. Throws `bad-argument` for an empty
 * passphrase.
 */
export async function writeKeyFile(
  keyPair: KeyPair,
  passphrase: string,
  { workFactor = DEFAULT_WORK_FACTOR }: KeyFileOptions = {},
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient(passphrase, workFactor))
  return encrypter.encrypt(identityText(keyPair))
}

/**
 * Reads the key pair from a key file. Rejects with `wrong-passphrase`, `bad-key-file` or
 * `too-much-work`.
 */
export async function readKeyFile(bytes: Uint8Array, passphrase: string): Promise<KeyPair> {
  if (bytes.length > MAX_KEY_FILE_BYTES) throw damagedKeyFile()
  return readIdentityText(await decryptKeyFile(bytes, passphrase))
}

/** Reads the key pair from the text that `identityText` returns. Throws `bad-key-file`. */
export function readIdentityText(text: string): KeyPair {
  const seed = SEED_LINE.exec(text)?.[1]
  if (seed === undefined)
    throw new IdentityError(
      'bad-key-file',
      'This file contains no Shoal key. Choose a file created by "shoal key new".',
    )
  return new KeyPair(base64urlnopad.decode(seed))
}

/** Formats the key in plain text, as an identity file for `age -i`. */
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
