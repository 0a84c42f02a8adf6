/**
 * Age's X25519 recipients in pure JavaScript. Those of age-encryption require Web Crypto, which
 * pages have only over https, with X25519, which not all browsers support.
 */
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base64nopad } from '@scure/base'
import { type Identity, type Recipient, Stanza } from 'age-encryption'
import { argumentBytes, malformed, unwrapKey, wrapKey } from './wrap.ts'

const LABEL = new TextEncoder().encode('age-encryption.org/v1/X25519')

/** Returns the public key (32 bytes) of an X25519 secret key. */
export function x25519PublicKey(secretKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secretKey)
}

/** Creates a recipient that seals to an X25519 public key of 32 bytes. */
export function x25519Recipient(publicKey: Uint8Array): Recipient {
  return {
    wrapFileKey(fileKey) {
      const ephemeral = x25519.utils.randomSecretKey()
      const share = x25519.getPublicKey(ephemeral)
      const secret = x25519.getSharedSecret(ephemeral, publicKey)
      return [
        new Stanza(
          ['X25519', base64nopad.encode(share)],
          wrapKey(fileKey, wrappingKey(secret, share, publicKey)),
        ),
      ]
    },
  }
}

/** Creates an identity that opens files sealed to the X25519 key with these 32 secret bytes. */
export function x25519Identity(secretKey: Uint8Array): Identity {
  const publicKey = x25519.getPublicKey(secretKey)
  return {
    unwrapFileKey(stanzas) {
      for (const { args, body } of stanzas) {
        if (args[0] !== 'X25519') continue
        if (args.length !== 2) throw malformed()
        const share = argumentBytes(args[1], 32)
        const secret = sharedSecret(secretKey, share)
        const fileKey = secret && unwrapKey(body, wrappingKey(secret, share, publicKey))
        if (fileKey) return fileKey
      }
      return null
    },
  }
}

/** Returns null for a share of small order, which would make the secret public. */
function sharedSecret(secretKey: Uint8Array, share: Uint8Array): Uint8Array | null {
  try {
    return x25519.getSharedSecret(secretKey, share)
  } catch {
    return null
  }
}

function wrappingKey(secret: Uint8Array, share: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, Uint8Array.from([...share, ...publicKey]), LABEL, 32)
}
