/** Identity files of age: secret keys, one a line, with comments; in the clear or sealed to a passphrase. */
import { armor } from 'age-encryption'
import { IdentityError } from '../identity-error.ts'
import { decryptKeyFile, MAX_KEY_FILE_BYTES } from '../key-file.ts'
import { parseSecretKey } from './text.ts'

const BINARY = 'age-encryption.org/v1\n'
const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----'
const MAX_KEYS = 100

/** Whether a passphrase is needed to read the file. */
export function isEncryptedIdentities(bytes: Uint8Array): boolean {
  const begin = textOf(bytes.subarray(0, 256)).trimStart()
  return begin.startsWith(BINARY) || begin.startsWith(ARMORED)
}

/**
 * The X25519 secret keys of an identity file, as `shoal key` and `age-keygen` make them, or sealed by `age -p`. Rejects with `bad-key`,
 * `bad-key-file`, `wrong-passphrase` or `too-much-work`.
 */
export async function readIdentities(bytes: Uint8Array, passphrase = ''): Promise<Uint8Array[]> {
  if (bytes.length > MAX_KEY_FILE_BYTES)
    throw new IdentityError('bad-key-file', 'this is no key file: it is far too large')
  if (!isEncryptedIdentities(bytes)) return parseIdentities(textOf(bytes))
  return parseIdentities(await decryptKeyFile(unarmored(bytes), passphrase))
}

/** The X25519 secret keys in the text of an identity file, or in one that was copied. Throws `bad-key`. */
export function parseIdentities(text: string): Uint8Array[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  if (lines.some(line => /^(?:age1|did:key:)/i.test(line)))
    throw new IdentityError(
      'bad-key',
      'this is a public key, which opens nothing: the secret one begins with AGE-SECRET-KEY-1',
    )
  if (lines.length === 0 || lines.length > MAX_KEYS)
    throw new IdentityError('bad-key', 'there is no secret key of age (AGE-SECRET-KEY-1…) in this')
  return lines.map(parseSecretKey)
}

function unarmored(bytes: Uint8Array): Uint8Array {
  const text = textOf(bytes)
  if (!text.trimStart().startsWith(ARMORED)) return bytes
  try {
    return armor.decode(text)
  } catch (cause) {
    throw new IdentityError('bad-key-file', 'this key file is damaged: take it from a backup', { cause })
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
