import type { KeyPair } from '@shoal/identity'
import { formatMutableMagnet, signItem } from '@shoal/torrent'

const NO_SALT = new Uint8Array(0)

/** Each published name has a key of its own, derived from the owner's: nobody can tell from two links that one person publishes both. */
function keyOf(owner: KeyPair, name: string): KeyPair {
  return owner.derive('publish', name)
}

/** The link that the owner publishes under this name (BEP 46). */
export function linkOf(owner: KeyPair, name: string): string {
  return formatMutableMagnet({ publicKey: keyOf(owner, name).publicKey, salt: NO_SALT })
}

/** Signs a version of the link (BEP 44). `infoHash`: 20 bytes in hex. Returns the signature in hex. */
export function signVersion(owner: KeyPair, name: string, infoHash: string, version: bigint): string {
  const key = keyOf(owner, name)
  const { signature } = signItem({
    publicKey: key.publicKey,
    salt: NO_SALT,
    seq: version,
    value: { ih: Buffer.from(infoHash, 'hex') },
    sign: message => key.sign(message),
  })
  return Buffer.from(signature).toString('hex')
}
