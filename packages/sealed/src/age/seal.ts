/** Sealing: a file key of its own for each share, and the header that lets others find it. */
import { randomBytes } from '@noble/hashes/utils.js'
import { IdentityError, recipientKey } from '@shoal/identity'
import { passphraseRecipient, x25519PublicKey, x25519Recipient } from '@shoal/identity/age'
import { Encrypter, type Recipient } from 'age-encryption'
import { SealedError } from '../sealed-error.ts'
import { TAG_BYTES } from './chunk-cipher.ts'
import { NONCE_BYTES } from './stream.ts'

/** To whom something is sealed. */
export type SealTo =
  /** To a key of 32 bytes, a random one unless it is given: for the link. */
  | { readonly by: 'key'; readonly key?: Uint8Array }
  /** `workFactor`: the logarithm, to the base 2, of scrypt's N; 18 unless it is given, about a second. */
  | { readonly by: 'passphrase'; readonly passphrase: string; readonly workFactor?: number }
  /** Public keys, `age1…` or `did:key:…`: 1 to 100. */
  | { readonly by: 'recipients'; readonly recipients: readonly string[] }

/** All that the sealed bytes depend on besides the files. Secret, but for the header: who has the file key reads everything. */
export interface Seal {
  /** The beginning of the age file. */
  readonly header: Uint8Array
  /** 16 bytes. */
  readonly fileKey: Uint8Array
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** What opens it, when it is sealed to a key: 32 bytes. */
  readonly key?: Uint8Array
}

export const KEY_BYTES = 32
const MAX_RECIPIENTS = 100

/** A seal for one share; never for two, whose bytes would give each other away. Throws `bad-argument`. */
export async function createSeal(to: SealTo): Promise<Seal> {
  const key = to.by === 'key' ? (to.key ?? randomBytes(KEY_BYTES)) : undefined
  if (key && key.length !== KEY_BYTES) throw new SealedError('bad-argument', 'a key has 32 bytes')
  const encrypter = new Encrypter()
  for (const recipient of recipientsOf(to, key)) encrypter.addRecipient(recipient)
  let fileKey = new Uint8Array()
  // Only here does the library give the key of the file away.
  encrypter.addRecipient({
    wrapFileKey(bytes) {
      fileKey = bytes.slice()
      return []
    },
  })
  const empty = await encrypter.encrypt(new Uint8Array())
  const payloadBytes = NONCE_BYTES + TAG_BYTES
  const header = empty.slice(0, -payloadBytes)
  return { header, fileKey, nonce: randomBytes(NONCE_BYTES), ...(key && { key }) }
}

function recipientsOf(to: SealTo, key: Uint8Array | undefined): Recipient[] {
  if (key) return [x25519Recipient(x25519PublicKey(key))]
  try {
    if (to.by === 'passphrase') return [passphraseRecipient(to.passphrase, to.workFactor)]
    const recipients = to.by === 'recipients' ? [...new Set(to.recipients)] : []
    if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS)
      throw new SealedError('bad-argument', `name 1 to ${MAX_RECIPIENTS} recipients`)
    return recipients.map(text => x25519Recipient(recipientKey(text)))
  } catch (error) {
    if (error instanceof IdentityError) throw new SealedError('bad-argument', error.message, { cause: error })
    throw error
  }
}
