import { verify } from 'node:crypto'
import { nativePublicKey } from './native-key.node.ts'

/** Returns true if the platform accepts the signature. False is inconclusive. */
export function nativeVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, nativePublicKey('Ed25519', publicKey), signature)
  } catch {
    return false
  }
}
