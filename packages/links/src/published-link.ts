/** Links whose torrent the owner can replace (BEP 46): `magnet:?xs=urn:btpk:KEY`. */
import { hex } from '@shoal/torrent/base'
import { signItem } from '@shoal/torrent/dht-item'
import { formatMutableMagnet } from '@shoal/torrent/mutable-magnet'

const NO_SALT = new Uint8Array(0)

interface SigningKey {
  /** Ed25519. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** A key pair of `@shoal/identity`. */
export interface LinkOwner {
  derive(purpose: string, name: string): SigningKey
}

/**
 * Each published name has its own key, derived from the owner's: two links do not reveal that one
 * person publishes both.
 */
function keyOf(owner: LinkOwner, name: string): SigningKey {
  return owner.derive('publish', name)
}

/** The link that the owner publishes under this name. */
export function publishedLink(owner: LinkOwner, name: string): string {
  return formatMutableMagnet({ publicKey: keyOf(owner, name).publicKey, salt: NO_SALT })
}

/**
 * Signs a version of the link (BEP 44). `infoHash`: 20 bytes in hex. Returns the signature in hex.
 */
export function signVersion(owner: LinkOwner, name: string, infoHash: string, version: bigint): string {
  const key = keyOf(owner, name)
  const ih = Uint8Array.from(infoHash.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  const { signature } = signItem({
    ...{ publicKey: key.publicKey, salt: NO_SALT, seq: version, value: { ih } },
    sign: message => key.sign(message),
  })
  return hex(signature)
}

/**
 * The torrent of a version in the form of BEP 46: 20 bytes in hex, the v1 info hash, or the
 * beginning of v2.
 */
export function shortHash(torrent: {
  readonly infoHashV1: string | null
  readonly infoHashV2: string | null
}): string {
  return torrent.infoHashV1 ?? torrent.infoHashV2!.slice(0, 40)
}

/**
 * Returns the sequence number for publishing a torrent after the latest version. The same torrent
 * keeps its number.
 */
export function nextVersion(
  latest: { readonly version: string | null; readonly infoHash: string | null },
  infoHash: string,
): bigint {
  if (latest.version === null) return 1n
  return BigInt(latest.version) + (latest.infoHash === infoHash ? 0n : 1n)
}
