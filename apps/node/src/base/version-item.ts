/** The DHT items of mutable torrents (BEP 46). */
import { type DhtItem, formatMutableMagnet, type MutableItem, parseMutableMagnet } from '@shoal/torrent'
import { decode, encode } from '@shoal/torrent/bencode'

/** A version of a link: the 20 bytes of its torrent in hex, and its sequence number. */
export interface Version {
  readonly infoHash: string
  readonly version: string
}

/** Returns the value of an item that names this torrent. */
function versionValue(infoHash: string): Uint8Array {
  return encode({ ih: Buffer.from(infoHash, 'hex') })
}

/** Reads the version in an item. Returns null if it names no torrent. */
export function versionIn(item: DhtItem): Version | null {
  if (!('seq' in item)) return null
  const value = decode(item.value)
  const hash = value instanceof Map ? value.get('ih') : undefined
  if (!(hash instanceof Uint8Array) || hash.length !== 20) return null
  return { infoHash: Buffer.from(hash).toString('hex'), version: String(item.seq) }
}

/** Returns the item of a version as its owner signed it. `signature` in hex. */
export function itemOf(link: string, { infoHash, version }: Version, signature: string): MutableItem {
  return {
    ...parseMutableMagnet(link),
    seq: BigInt(version),
    value: versionValue(infoHash),
    signature: new Uint8Array(Buffer.from(signature, 'hex')),
  }
}

/** Normalizes a link, removing other parameters. Throws `bad-magnet`. */
export function canonicalLink(link: string): string {
  return formatMutableMagnet(parseMutableMagnet(link))
}
