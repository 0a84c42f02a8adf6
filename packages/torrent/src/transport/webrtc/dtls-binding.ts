import { sha256 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'

/**
 * The binding of a data channel (see `Connection.channelBinding`): a hash of the fingerprints of
 * both certificates (RFC 8122), which DTLS verifies. Both descriptions must name one each (see
 * `cleanSdp`). Undefined while one of them is unknown.
 */
export function dtlsBinding(localSdp: string, remoteSdp: string): Uint8Array | undefined {
  const [local, remote] = [fingerprintsOf(localSdp)[0], fingerprintsOf(remoteSdp)[0]]
  if (!local || !remote) return undefined
  return sha256(concat(['shoal/binding/dtls\0', ...[local, remote].sort()].map(utf8)))
}

/** The different fingerprints in a description, each with the name of its hash. */
export function fingerprintsOf(sdp: string): string[] {
  const found = sdp.matchAll(/^a=fingerprint(.*)$/gim)
  return [...new Set(Array.from(found, ([, fingerprint]) => fingerprint!.toLowerCase().trim()))]
}
