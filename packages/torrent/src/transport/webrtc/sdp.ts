import { canonicalIp } from '../../base/ip.ts'
import { fingerprintsOf } from './dtls-binding.ts'
import type { RtcCandidate } from './rtc.ts'

/** Maximum length of a description in characters. Browsers with many networks send some 4,000. */
const MAX_SDP = 20_000
/**
 * Limit of candidates, since we send probes to each: the networks of one peer, its router and its
 * relays.
 */
const MAX_CANDIDATES = 40
const MAX_HOSTS = 12
const MAX_CANDIDATE = 400

/**
 * Makes a stranger's session description safe for a WebRTC library: only a data channel, printable,
 * of limited length, and without candidates with host names, which would make us look up any name.
 * Returns null if it is not such a description.
 */
export function cleanSdp(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_SDP || !/^v=0\r?\n[\x20-\x7e\r\n]*$/.test(value))
    return null
  const lines = value.split(/\r?\n/).filter(line => line !== '')
  const media = lines.filter(line => line.startsWith('m='))
  if (
    media.length !== 1 ||
    !/^m=application \d+ (?:UDP|TCP)\/DTLS\/SCTP |^m=application \d+ DTLS\/SCTP /.test(media[0]!)
  )
    return null
  const has = (start: string) => lines.some(line => line.startsWith(start))
  if (!has('a=ice-ufrag:') || !has('a=ice-pwd:')) return null
  // With several certificates, it would be unknown to which one the connection is bound.
  if (fingerprintsOf(value).length !== 1) return null
  const room = new CandidateLimit()
  const kept = lines.filter(line => {
    if (!line.startsWith('a=candidate:')) return true
    return isUsable(line.slice(2)) && room.admits(line.slice(2))
  })
  return `${kept.join('\r\n')}\r\n`
}

/** Counts the candidates of one peer, in its description and after it. */
export class CandidateLimit {
  readonly #hosts = new Set<string>()
  #count = 0

  /** Returns whether a clean candidate fits the limit, and counts it. */
  admits(candidate: string): boolean {
    const { host } = candidateAddress(candidate)
    if (this.#count >= MAX_CANDIDATES || (this.#hosts.size >= MAX_HOSTS && !this.#hosts.has(host)))
      return false
    this.#hosts.add(host)
    this.#count++
    return true
  }
}

/** Separates the candidates from a clean description. */
export function splitCandidates(sdp: string): { bare: string; candidates: RtcCandidate[] } {
  const lines = sdp.split('\r\n')
  const sdpMid = lines.find(line => line.startsWith('a=mid:'))?.slice(6) ?? '0'
  const candidates = lines.flatMap(line => cleanCandidate({ candidate: line.slice(2), sdpMid }) ?? [])
  return {
    bare: lines.filter(line => !/^a=(?:candidate:|end-of-candidates)/.test(line)).join('\r\n'),
    candidates,
  }
}

/**
 * Checks a candidate that a peer sent separately, in the form of RTCIceCandidate. Returns null if
 * it is malformed or useless.
 */
export function cleanCandidate(value: unknown): RtcCandidate | null {
  if (typeof value !== 'object' || value === null) return null
  const { candidate, sdpMid } = value as { candidate?: unknown; sdpMid?: unknown }
  if (typeof candidate !== 'string' || candidate.length > MAX_CANDIDATE) return null
  const text = candidate.replace(/^a=/, '')
  if (!/^[\x20-\x7e]+$/.test(text) || !isUsable(text)) return null
  return {
    candidate: text,
    sdpMid: typeof sdpMid === 'string' && /^[\w-]{1,16}$/.test(sdpMid) ? sdpMid : '0',
  }
}

function isUsable(line: string): boolean {
  if (line.length > MAX_CANDIDATE) return false
  const { host, port } = candidateAddress(line)
  return line.startsWith('candidate:') && host !== '' && /^\d{1,5}$/.test(port) && Number(port) <= 65_535
}

/**
 * RFC 8839, 5.1: `candidate:foundation component transport priority address port typ …`. The host
 * is empty unless it is an IP address or one of the mDNS names behind which browsers hide local
 * addresses.
 */
function candidateAddress(line: string): { host: string; port: string } {
  const [, , , , address = '', port = ''] = line.split(' ')
  const name = /^[0-9a-f-]{8,64}\.local$/i.test(address) ? address.toLowerCase() : ''
  return { host: canonicalIp(address) ?? name, port }
}
