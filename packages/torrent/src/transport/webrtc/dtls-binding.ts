import { sha256 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'

/**
 * The binding of a data channel (see `Connection.channelBinding`): a hash of the fingerprints of both certificates (RFC 8122), which DTLS has
 * verified. Undefined if a description has no fingerprint by SHA-256, which all implementations use.
 */
export function dtlsBinding(localSdp: string, remoteSdp: string): Uint8Array | undefined {
  const fingerprints = [localSdp, remoteSdp].map(
    sdp => /^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})\s*$/im.exec(sdp)?.[1],
  )
  if (fingerprints.includes(undefined)) return undefined
  const both = fingerprints.map(text => text!.toLowerCase()).sort()
  return sha256(concat([utf8('shoal/binding/dtls\0'), ...both.map(utf8)]))
}
