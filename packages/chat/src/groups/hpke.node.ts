/**
 * HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, over
 * synchronous functions of Node. The library's own runs over Web Crypto: some ten thread-pool tasks
 * for each member to whom a commit is encrypted.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { nativePrivateKey, nativePublicKey } from '@shoal/identity/native-key'
import type { Hpke, PrivateKey, PublicKey } from 'ts-mls'
import { expand, extract, HASH_BYTES } from './hkdf.node.ts'

/** An X25519 key (RFC 7748), public or private. The library treats it as opaque. */
interface Key {
  readonly bytes: Uint8Array
  readonly object: KeyObject
}

const [KEY_BYTES, AEAD_KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 16, 12, 16]
const ALGORITHM = 'aes-128-gcm'
/** RFC 9180, 4.1 and 5.1: KEM 0x0020, KDF 0x0001, AEAD 0x0001. */
const KEM = concatBytes(utf8ToBytes('KEM'), Uint8Array.of(0, 0x20))
const SUITE = concatBytes(utf8ToBytes('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, 1))
const VERSION = utf8ToBytes('HPKE-v1')
const BASE_MODE = Uint8Array.of(0)
const NO_BYTES = new Uint8Array()
const LABELS = new Map<string, Uint8Array>()
/** Public keys of members, to which each commit of this device is encrypted. */
const PUBLIC = new WeakMap<Uint8Array, Key>()

const PSK_ID_HASH = labeledExtract(SUITE, NO_BYTES, 'psk_id_hash', NO_BYTES)
/** RFC 7748, 4.1: a public key is the private one times this point. */
const BASE_POINT = publicKey(Uint8Array.from({ length: KEY_BYTES }, (_, at) => (at === 0 ? 9 : 0)))

export const hpke: Hpke = {
  keyLength: AEAD_KEY_BYTES,
  nonceLength: NONCE_BYTES,
  async seal(to, plaintext, info, aad = NO_BYTES) {
    const { enc, secret } = encapsulate(keyOf(to))
    const { key, nonce } = schedule(secret, info)
    return { enc, ct: encrypt(key, nonce, aad, plaintext) }
  },
  async open(own, enc, ciphertext, info, aad = NO_BYTES) {
    const { key, nonce } = schedule(decapsulate(keyOf(own), enc), info)
    return decrypt(key, nonce, aad, ciphertext)
  },
  async exportSecret(to, context, length, info) {
    const { enc, secret } = encapsulate(keyOf(to))
    return { enc, secret: exportFrom(schedule(secret, info).exporter, context, length) }
  },
  async importSecret(own, context, enc, length, info) {
    return exportFrom(schedule(decapsulate(keyOf(own), enc), info).exporter, context, length)
  },
  importPrivateKey: async bytes => privateKey(bytes) as unknown as PrivateKey,
  async importPublicKey(bytes) {
    const key = PUBLIC.get(bytes) ?? publicKey(bytes)
    PUBLIC.set(bytes, key)
    return key as unknown as PublicKey
  },
  exportPublicKey: async key => keyOf(key).bytes.slice(),
  exportPrivateKey: async key => keyOf(key).bytes.slice(),
  encryptAead: async (key, nonce, aad, plaintext) => encrypt(key, nonce, aad ?? NO_BYTES, plaintext),
  decryptAead: async (key, nonce, aad, ciphertext) => decrypt(key, nonce, aad ?? NO_BYTES, ciphertext),
  // RFC 9180, 7.1.3.
  async deriveKeyPair(ikm) {
    const prk = labeledExtract(KEM, NO_BYTES, 'dkp_prk', ikm)
    return pairOf(labeledExpand(KEM, prk, 'sk', NO_BYTES, KEY_BYTES))
  },
  generateKeyPair: async () => pairOf(new Uint8Array(randomBytes(KEY_BYTES))),
}

/** RFC 9180, 4.1. */
function encapsulate(to: Key): { readonly enc: Uint8Array; readonly secret: Uint8Array } {
  const { privateKey: own } = generateKeyPairSync('x25519')
  const enc = new Uint8Array(Buffer.from(own.export({ format: 'jwk' }).x!, 'base64url'))
  return { enc, secret: sharedSecret(agree(own, to.object), enc, to.bytes) }
}

function decapsulate(own: Key, enc: Uint8Array): Uint8Array {
  return sharedSecret(agree(own.object, publicKey(enc).object), enc, publicOf(own))
}

function sharedSecret(agreed: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(KEM, NO_BYTES, 'eae_prk', agreed)
  return labeledExpand(KEM, prk, 'shared_secret', concatBytes(enc, recipient), HASH_BYTES)
}

/** RFC 9180, 5.1, in base mode. */
function schedule(shared: Uint8Array, info: Uint8Array) {
  const infoHash = labeledExtract(SUITE, NO_BYTES, 'info_hash', info)
  const context = concatBytes(BASE_MODE, PSK_ID_HASH, infoHash)
  const secret = labeledExtract(SUITE, shared, 'secret', NO_BYTES)
  return {
    key: labeledExpand(SUITE, secret, 'key', context, AEAD_KEY_BYTES),
    nonce: labeledExpand(SUITE, secret, 'base_nonce', context, NONCE_BYTES),
    exporter: labeledExpand(SUITE, secret, 'exp', context, HASH_BYTES),
  }
}

/** RFC 9180, 5.3. */
function exportFrom(exporter: Uint8Array, context: Uint8Array, length: number): Uint8Array {
  return labeledExpand(SUITE, exporter, 'sec', context, length)
}

/** RFC 9180, 4. */
function labeledExtract(
  ...[suite, salt, label, ikm]: [Uint8Array, Uint8Array, string, Uint8Array]
): Uint8Array {
  return extract(salt, VERSION, suite, labelOf(label), ikm)
}

function labeledExpand(
  ...[suite, prk, label, info, length]: [Uint8Array, Uint8Array, string, Uint8Array, number]
): Uint8Array {
  const lengthBytes = Uint8Array.of(length >> 8, length & 0xff)
  return expand(prk, length, lengthBytes, VERSION, suite, labelOf(label), info)
}

function labelOf(label: string): Uint8Array {
  const known = LABELS.get(label)
  if (known) return known
  const bytes = utf8ToBytes(label)
  LABELS.set(label, bytes)
  return bytes
}

/**
 * Throws for points of small order, with which anyone could compute the result (RFC 9180, 7.1.4).
 */
function agree(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  return new Uint8Array(diffieHellman({ privateKey, publicKey }))
}

/** RFC 7748, 6.1. */
function publicOf(own: Key): Uint8Array {
  return agree(own.object, BASE_POINT.object)
}

function pairOf(bytes: Uint8Array) {
  const own = privateKey(bytes)
  return {
    privateKey: own as unknown as PrivateKey,
    publicKey: publicKey(publicOf(own)) as unknown as PublicKey,
  }
}

function privateKey(bytes: Uint8Array): Key {
  return { bytes: bytes.slice(), object: nativePrivateKey('X25519', bytes) }
}

function publicKey(bytes: Uint8Array): Key {
  return { bytes: bytes.slice(), object: nativePublicKey('X25519', bytes) }
}

function keyOf(key: PrivateKey | PublicKey): Key {
  return key as unknown as Key
}

function encrypt(
  ...[key, nonce, aad, plaintext]: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
): Uint8Array {
  // Given bytes, Node throws and catches an error to detect that they are not a key object, which
  // takes most of the time.
  const cipher = createCipheriv(ALGORITHM, createSecretKey(key), nonce).setAAD(aad)
  return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
}

function decrypt(
  ...[key, nonce, aad, ciphertext]: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
): Uint8Array {
  const end = Math.max(0, ciphertext.length - TAG_BYTES)
  const decipher = createDecipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(aad).setAuthTag(ciphertext.subarray(end))
  return concatBytes(decipher.update(ciphertext.subarray(0, end)), decipher.final())
}
