/**
 * Comparing keys (decision 019): two people see the same twelve words if each has the right key of
 * the other, and one can scan or paste the other's code.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { scrypt } from '#scrypt'
import { formatDidKey, parseDidKey } from '../did-key.ts'
import { equalKeys } from '../equal-keys.ts'
import { IdentityError } from '../identity-error.ts'

/** The keys of a person that others compare. */
export interface PersonKeys {
  /** The first root key, which is the DID. Ed25519, 32 bytes. */
  readonly person: Uint8Array
  /** The key that signs device lists now. Ed25519, 32 bytes. */
  readonly root: Uint8Array
}

const WORDS_EACH = 6
const WORD_BITS = 11
/** 32 MiB of memory for each guess in a search for a key with the same words. */
const WORK_FACTOR = 15
const DOMAIN = new TextEncoder().encode('shoal/safety-words/1\0')
const CODE_DOMAIN = new TextEncoder().encode('shoal/person-code/1\0')
const CODE_PREFIX = 'shoal:person/1/'
const MAX_CODE_LENGTH = 200

/**
 * Returns the twelve words that both people see: six for the keys of each, in the order of their
 * DIDs' bytes.
 */
export async function safetyWords(one: PersonKeys, other: PersonKeys): Promise<string[]> {
  const ordered = [one, other].sort((a, b) => compare(a.person, b.person))
  return (await Promise.all(ordered.map(sixWords))).flat()
}

/** Returns the text for a QR code by which others recognize a person's keys. */
export function writePersonCode(keys: PersonKeys): string {
  return `${CODE_PREFIX}${formatDidKey(keys.person)}/${base64urlnopad.encode(fingerprintOf(keys))}`
}

/**
 * Reads the output of `writePersonCode`: the DID, and a test whether keys match the code. Throws
 * `bad-code`.
 */
export function readPersonCode(text: string): { readonly did: string; matches(keys: PersonKeys): boolean } {
  const code = text.trim()
  const [did = '', fingerprint = '', ...rest] = code.slice(CODE_PREFIX.length).split('/')
  if (code.length > MAX_CODE_LENGTH || !code.startsWith(CODE_PREFIX) || rest.length > 0) throw bad()
  try {
    const [person, hash] = [parseDidKey(did), base64urlnopad.decode(fingerprint)]
    if (hash.length !== 32) throw bad()
    return { did: formatDidKey(person), matches: keys => equalKeys(fingerprintOf(keys), hash) }
  } catch {
    throw bad()
  }
}

async function sixWords(keys: PersonKeys): Promise<string[]> {
  const hash = await scrypt(base64urlnopad.encode(concatBytes(keys.person, keys.root)), DOMAIN, WORK_FACTOR)
  let bits = 0n
  for (const byte of hash.subarray(0, 9)) bits = (bits << 8n) | BigInt(byte)
  // Six words take 66 of these 72 bits.
  return Array.from({ length: WORDS_EACH }, (_, at) => {
    const index = (bits >> BigInt(72 - WORD_BITS * (at + 1))) & 0x7ffn
    return wordlist[Number(index)]!
  })
}

function fingerprintOf({ person, root }: PersonKeys): Uint8Array {
  return sha256(concatBytes(CODE_DOMAIN, person, root))
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

function bad(): IdentityError {
  return new IdentityError('bad-code', 'This is not the code of a person. Scan or copy it again.')
}
