/**
 * The suite over synchronous functions of Node: those of the library wait for threads of Web
 * Crypto, or take several times as long.
 */
import { type KeyObject, randomBytes, sign, timingSafeEqual, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { nativePrivateKey, nativePublicKey } from '@shoal/identity/native-key'
import { expand, extract, HASH_BYTES, hmac, sha256 } from './hkdf.node.ts'
import { hpke } from './hpke.node.ts'
import { SUITE, type Suite } from './suite.ts'

const ED25519_BYTES = 32
/** The keys of a group's leaves, and the own one. */
const KEYS = new WeakMap<Uint8Array, KeyObject>()

export async function openSuite(): Promise<Suite> {
  return {
    name: SUITE,
    hash: {
      digest: async data => sha256(data),
      mac: async (key, data) => hmac(key, data),
      verifyMac: async (key, mac, data) => mac.length === HASH_BYTES && timingSafeEqual(hmac(key, data), mac),
    },
    kdf: {
      size: HASH_BYTES,
      extract: async (salt, ikm) => extract(salt, ikm),
      expand: async (prk, info, length) => expand(prk, length, info),
    },
    signature: {
      sign: async (seed, message) => new Uint8Array(sign(null, message, known(seed, readPrivate))),
      verify: async (publicKey, message, signature) =>
        verify(null, message, known(publicKey, readPublic), signature),
      async keygen() {
        const signKey = new Uint8Array(randomBytes(ED25519_BYTES))
        return { signKey, publicKey: ed25519.getPublicKey(signKey) }
      },
    },
    hpke,
    rng: { randomBytes: length => new Uint8Array(randomBytes(length)) },
  }
}

const readPrivate = (seed: Uint8Array) => nativePrivateKey('Ed25519', seed)
const readPublic = (bytes: Uint8Array) => nativePublicKey('Ed25519', bytes)

function known(bytes: Uint8Array, read: (bytes: Uint8Array) => KeyObject): KeyObject {
  const key = KEYS.get(bytes) ?? read(bytes)
  KEYS.set(bytes, key)
  return key
}
