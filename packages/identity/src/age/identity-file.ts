/** Age identity files: secret keys, one per line, with comments; in plain text or encrypted with a passphrase. */
import { armor } from 'age-encryption'
import { IdentityError } from '../identity-error.ts'
import { decryptKeyFile, MAX_KEY_FILE_BYTES } from '../key-file.ts'
import { parseSecretKey } from './text.ts'

const BINARY = 'age-encryption.org/v1\n'
const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----'
const MAX_KEYS = 100

/** Whether reading the file needs a passphrase. */
export function isEncryptedIdentities(bytes: Uint8Array): boolean {
  const begin = decodeText(bytes.subarray(0, 256)).trimStart()
  return begin.startsWith(BINARY) || begin.startsWith(ARMORED)
}

/**
 * Reads the X25519 secret keys of an identity file written by `shoal key` or `age-keygen`, or encrypted by `age -p`. Rejects with `bad-key`,
 * `bad-key-file`, `wrong-passphrase` or `too-much-work`.
 */
export async function readIdentities(bytes: Uint8Array, passphrase = ''): Promise<Uint8Array[]> {
  if (bytes.length > MAX_KEY_FILE_BYTES)
    throw new IdentityError('bad-key-file', 'This is not a key file. It is too large.')
  if (!isEncryptedIdentities(bytes)) return parseIdentities(decodeText(bytes))
  return parseIdentities(await decryptKeyFile(unarmored(bytes), passphrase))
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

function unarmored(bytes: Uint8Array): Uint8Array {
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
