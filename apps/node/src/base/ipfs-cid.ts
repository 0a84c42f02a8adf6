import { Failure } from '@shoal/daemon/failure'
import { fromBase32 } from '@shoal/torrent/base'

/** CIDv0: a multihash of SHA-256 in base58btc. */
const VERSION_0 = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/
/** CIDv1 in base58btc (`z`) and base36 (`k`), as IPFS writes it, of at least 36 bytes. */
const OTHER_BASES = /^(?:z[1-9A-HJ-NP-Za-km-z]{48,120}|k[0-9a-z]{48,120})$/
/** Multicodec `torrent-info`, and the multihash of pieces roots. */
const TORRENT_INFO = 0x7b
const PIECES_ROOT = [0x55, 0x82, 0xee, 0x02] as const

const EXPLANATION =
  'Content IDs of Shoal name torrents: they begin with baf5rei (v2) or baf5rcf (v1), any torrent has one, and programs show it next to its info hash or magnet link. Ask for that'

/**
 * Throws `ipfs-content-id` for content IDs of anything but torrents, and for links to them
 * (`ipfs://…`, `/ipfs/…`).
 */
export function refuseIpfsCid(text: string): void {
  const [, id = ''] = /^(?:ip[fn]s:\/\/|\/ip[fn]s\/)?([^/?#]*)/i.exec(text.trim()) ?? []
  if (!isCid(id)) return
  const digits = fromDigits(id)
  const [version, codec] = digits ?? []
  if (version === 1 && codec === TORRENT_INFO) return
  if (digits && PIECES_ROOT.every((byte, at) => digits[at + 1] === byte))
    throw new Failure(
      'ipfs-content-id',
      'This is the content ID of a file in a torrent. Give that of the torrent, which begins with baf5r',
      { field: 'source' },
    )
  throw new Failure(
    'ipfs-content-id',
    `This is a content ID of IPFS, which names no torrent. ${EXPLANATION}`,
    {
      field: 'source',
    },
  )
}

function isCid(text: string): boolean {
  return VERSION_0.test(text) || OTHER_BASES.test(text) || fromDigits(text)?.[0] === 1
}

/**
 * Returns the bytes of a CIDv1 in base32 (`b`) with a multihash of at least 20 bytes; null for
 * anything else.
 */
function fromDigits(text: string): Uint8Array | null {
  return /^b[a-z2-7]{38,120}$/i.test(text) ? fromBase32(text.slice(1)) : null
}
