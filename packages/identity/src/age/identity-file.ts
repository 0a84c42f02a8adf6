/**
 * Age identity files: secret keys, one per line, with comments; in plain text or encrypted with a
 * passphrase.
 */
import { armor, Decrypter } from 'age-encryption'
import { IdentityError } from '../identity-error.ts'
import { passphraseIdentity } from './passphrase.ts'
import { parseSecretKey } from './text.ts'

/** Limit for untrusted files; key files are smaller. */
export const MAX_KEY_FILE_BYTES = 16 * 1024

const BINARY = 'age-encryption.org/v1\n'
const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----'
const MAX_KEYS = 100

/** Returns true if reading the file requires a passphrase. */
export function isEncryptedIdentities(bytes: Uint8Array): boolean {
  const begin = decodeText(bytes.subarray(0, 256)).trimStart()
  return begin.startsWith(BINARY) || begin.startsWith(ARMORED)
}

/**
 * Reads the X25519 secret keys of an identity file written by `shoal key` or `age-keygen`, or
 * encrypted by `age -p`. Rejects with `bad-key`, `bad-key-file`, `wrong-passphrase` or
 * `too-much-work`.
 */
export async function readIdentities(bytes: Uint8Array, passphrase = ''): Promise<Uint8Array[]> {
  if (bytes.length > MAX_KEY_FILE_BYTES)
    throw new IdentityError('bad-key-file', 'This is not a key file. It is too large.')
  if (!isEncryptedIdentities(bytes)) return parseIdentities(decodeText(bytes))
  return parseIdentities(await decryptKeyFile(removeArmor(bytes), passphrase))
}

/** Parses the X25519 secret keys in the text of an identity file. Throws `bad-key`. */
export function parseIdentities(text: string): Uint8Array[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  if (lines.some(line => /^(?:age1|did:key:)/i.test(line)))
    throw new IdentityError(
      'bad-key',
      'This is a public key, which cannot open anything. A secret key begins with AGE-SECRET-KEY-1.',
    )
  if (lines.length === 0 || lines.length > MAX_KEYS)
    throw new IdentityError('bad-key', 'This contains no age secret key (AGE-SECRET-KEY-1…)')
  return lines.map(parseSecretKey)
}

function removeArmor(bytes: Uint8Array): Uint8Array {
  const text = decodeText(bytes)
  if (!text.trimStart().startsWith(ARMORED)) return bytes
  try {
    return armor.decode(text)
  } catch (cause) {
    throw new IdentityError('bad-key-file', 'This key file is damaged. Restore it from a backup.', { cause })
  }
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/**
 * Decrypts a file that was encrypted with a passphrase. Rejects with `wrong-passphrase`,
 * `bad-key-file` or `too-much-work`.
 */
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
    if (wrong) throw new IdentityError('wrong-passphrase', 'The passphrase is wrong. Try again.')
    if (error instanceof IdentityError) throw error
    throw damagedKeyFile()
  }
}

export function damagedKeyFile(): IdentityError {
  return new IdentityError(
    'bad-key-file',
    'This is not a key file, or it is damaged. Restore it from a backup.',
  )
}
