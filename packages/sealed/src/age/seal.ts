/** Creates seals: a file key for each share, and the header that gives it to the recipients. */
import { randomBytes } from '@noble/hashes/utils.js'
import { IdentityError, recipientKey } from '@shoal/identity'
import { passphraseRecipient, x25519PublicKey, x25519Recipient } from '@shoal/identity/age'
import { Encrypter, type Recipient } from 'age-encryption'
import { SealedError } from '../sealed-error.ts'
import { TAG_BYTES } from './chunk-cipher.ts'
import { NONCE_BYTES } from './stream.ts'

/** Determines who can open a sealed share. */
export type SealTo =
  /** A key of 32 bytes for the link; random by default. */
  | { readonly by: 'key'; readonly key?: Uint8Array }
  /** `workFactor`: the base-2 logarithm of scrypt's N. Default 18, which takes about a second. */
  | { readonly by: 'passphrase'; readonly passphrase: string; readonly workFactor?: number }
  /** 1 to 100 public keys, `age1…` or `did:key:…`. */
  | { readonly by: 'recipients'; readonly recipients: readonly string[] }

/**
 * Everything the sealed bytes depend on except the files. Secret except for the header: the file
 * key decrypts everything.
 */
export interface Seal {
  /** The beginning of the age file. */
  readonly header: Uint8Array
  /** 16 bytes. */
  readonly fileKey: Uint8Array
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** The key that opens the share if it is sealed to a key: 32 bytes. */
  readonly key?: Uint8Array
}

const KEY_BYTES = 32
const MAX_RECIPIENTS = 100

/**
 * Creates the seal for one share. Never use it for a second one, which would reveal the content of
 * both. Throws `bad-argument`.
 */
export async function createSeal(to: SealTo): Promise<Seal> {
  const key = to.by === 'key' ? (to.key ?? randomBytes(KEY_BYTES)) : undefined
  if (key && key.length !== KEY_BYTES) throw new SealedError('bad-argument', 'The key must have 32 bytes')
  const encrypter = new Encrypter()
  for (const recipient of ageRecipients(to, key)) encrypter.addRecipient(recipient)
  let fileKey = new Uint8Array()
  // The library reveals the file key only to recipients.
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

function ageRecipients(to: SealTo, key: Uint8Array | undefined): Recipient[] {
  if (key) return [x25519Recipient(x25519PublicKey(key))]
  try {
    if (to.by === 'passphrase') return [passphraseRecipient(to.passphrase, to.workFactor)]
    const recipients = to.by === 'recipients' ? [...new Set(to.recipients)] : []
    if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS)
      throw new SealedError('bad-argument', `Give 1 to ${MAX_RECIPIENTS} recipients`)
    return recipients.map(text => x25519Recipient(recipientKey(text)))
  } catch (error) {
    if (error instanceof IdentityError) throw new SealedError('bad-argument', error.message, { cause: error })
    throw error
  }
}
