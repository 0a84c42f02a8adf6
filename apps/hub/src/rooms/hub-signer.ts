import { createPrivateKey, sign } from 'node:crypto'
import type { KeyPair } from '@shoal/identity'
import type { Signer } from '@shoal/identity/devices'

/** RFC 8410: PrivateKeyInfo of an Ed25519 key up to the seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs with a key pair in native code: heads are signed hundreds of times per second. */
export function hubSigner(pair: KeyPair): Signer {
  const der = Buffer.concat([PKCS8, pair.exportSecret().seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return { publicKey: pair.publicKey, sign: message => new Uint8Array(sign(null, message, key)) }
}
