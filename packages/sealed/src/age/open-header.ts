/**
 * Reads and opens the header of an age file, with limits, and with a reason if it cannot be opened.
 */
import { IdentityError } from '@shoal/identity'
import { passphraseIdentity, x25519Identity } from '@shoal/identity/age'
import { Decrypter, type Identity } from 'age-encryption'
import type { ByteSource } from '../byte-source.ts'
import { cutShort, SealedError } from '../sealed-error.ts'

/** Keys for opening a sealed share. All of them are tried. */
export interface Unlock {
  /** The 32 bytes from a link. */
  readonly key?: Uint8Array
  readonly passphrase?: string
  /** Identities of possible recipients (`KeyPair.ageIdentity()`). */
  readonly identities?: readonly Identity[]
}

export interface OpenedHeader {
  readonly fileKey: Uint8Array
  readonly lengthBytes: number
}

const MAGIC = 'age-encryption.org/v1\n'
/** Several times the size of a header for 100 recipients. */
const MAX_HEADER_BYTES = 64 * 1024
const FIRST_READ_BYTES = 4096
const latin1 = new TextDecoder('latin1')

/**
 * Resolves to whether the share is sealed with a passphrase or to keys. Rejects with `not-sealed`
 * or `damaged`.
 */
export async function sealedTo(
  source: ByteSource,
  options: { signal?: AbortSignal } = {},
): Promise<'passphrase' | 'keys'> {
  return isScrypt(await readHeader(source, options)) ? 'passphrase' : 'keys'
}

/**
 * Opens the header and returns the file key. Rejects with a SealedError: `not-sealed`, wrong or
 * missing key or passphrase, `too-much-work`, `damaged`.
 */
export async function openHeader(
  source: ByteSource,
  unlock: Unlock,
  options: { signal?: AbortSignal } = {},
): Promise<OpenedHeader> {
  const header = await readHeader(source, options)
  const byPassphrase = isScrypt(header)
  let opened = false
  const decrypter = new Decrypter()
  for (const identity of identities(unlock))
    decrypter.addIdentity({
      async unwrapFileKey(stanzas) {
        const fileKey = await identity.unwrapFileKey(stanzas)
        opened ||= fileKey !== null
        return fileKey
      },
    })
  try {
    return { fileKey: await decrypter.decryptHeader(header), lengthBytes: header.length }
  } catch (error) {
    if (error instanceof IdentityError && error.code === 'too-much-work')
      throw new SealedError('too-much-work', error.message)
    // The library distinguishes its errors only by their messages.
    if (opened || !/no identity matched/.test(String(error))) throw damagedHeader(error)
    throw notOpened(byPassphrase, unlock)
  }
}

function identities({ key, passphrase, identities = [] }: Unlock): Identity[] {
  return [
    ...(key ? [x25519Identity(key)] : []),
    ...identities,
    ...(passphrase === undefined ? [] : [passphraseIdentity(passphrase)]),
  ]
}

async function readHeader(source: ByteSource, options: { signal?: AbortSignal }): Promise<Uint8Array> {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.lengthBytes), options)
    const text = latin1.decode(bytes)
    if (!text.startsWith(MAGIC))
      throw new SealedError('not-sealed', 'This is not a sealed share. It does not begin like an age file.')
    const end = /^--- .*\n/m.exec(text)
    if (end) return bytes.slice(0, end.index + end[0].length)
    if (length >= source.lengthBytes) throw cutShort()
    if (length >= MAX_HEADER_BYTES) throw damagedHeader()
  }
}

function isScrypt(header: Uint8Array): boolean {
  return /^-> scrypt /m.test(latin1.decode(header))
}

function notOpened(byPassphrase: boolean, { key, passphrase, identities = [] }: Unlock): SealedError {
  if (byPassphrase)
    return passphrase === undefined
      ? new SealedError('passphrase-needed', 'This share is sealed with a passphrase. Enter it.')
      : new SealedError(
          'wrong-passphrase',
          'The passphrase is wrong. Try again, or ask the person who shared it.',
        )
  return key || identities.length > 0
    ? new SealedError(
        'wrong-key',
        'This share is sealed to another key. Ask for the complete link, or to be added as a recipient.',
      )
    : new SealedError(
        'key-needed',
        'This share is sealed to a key. Open the complete link, or give your key file.',
      )
}

function damagedHeader(cause?: unknown): SealedError {
  return new SealedError(
    'damaged',
    'The header of the sealed share has been changed. Ask for the share again.',
    { cause },
  )
}
