/** Writes bencoded responses (BEP 3, 7, 23, 24, 31, 48) into one buffer. */
import { addressText } from '../base/address.ts'
import { type Announce, FAMILY, type Family, MAX_PEERS, PEER_BYTES, type SwarmCounts } from '../store.ts'
import { MAX_SCRAPE } from './target.ts'

/** Enough for the longest response: a list of IPv6 peers as dictionaries, or a full scrape. */
export const MAX_BODY_BYTES = Math.max(MAX_PEERS * 80, MAX_SCRAPE * 110) + 1024

/** Keys of a response, in the order that bencoding requires. */
const KEYS = {
  complete: 'd8:completei',
  downloaded: 'e10:downloadedi',
  externalIpv4: 'e11:external ip4:',
  externalIpv6: 'e11:external ip16:',
  incomplete: 'e10:incompletei',
  incompleteNext: '10:incompletei',
  interval: 'e8:intervali',
  minInterval: 'e12:min intervali',
  peers: 'e5:peers',
  peers6: 'e5:peers0:6:peers6',
} as const
const BYTES = Object.fromEntries(
  Object.entries(KEYS).map(([key, text]) => [key, new TextEncoder().encode(text)]),
) as Record<keyof typeof KEYS, Uint8Array>

/** Appends responses to `bytes`; `end` is the offset after the last one. */
export class BodyWriter {
  readonly bytes: Uint8Array
  end = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  append({ bytes, end }: BodyWriter): void {
    this.bytes.set(bytes.subarray(0, end), this.end)
    this.end += end
  }

  /** `external`: the client's own address, of `externalFamily`, to send to it (BEP 24), or null. */
  announce(
    announce: Announce,
    minIntervalSeconds: number,
    isCompact: boolean,
    trackerId: string,
    externalFamily: Family,
    external: Int32Array | null,
  ): void {
    if (announce.failure !== '') return this.failure(announce.failure, announce.retryInSeconds)
    this.#put(BYTES.complete)
    this.#number(announce.seeds)
    this.#put(BYTES.downloaded)
    this.#number(announce.downloads)
    if (external === null) this.#put(BYTES.incomplete)
    else this.#external(externalFamily, external)
    this.#number(announce.leeches)
    this.#put(BYTES.interval)
    this.#number(announce.intervalSeconds)
    this.#put(BYTES.minInterval)
    this.#number(minIntervalSeconds)
    if (isCompact) this.#compactPeers(announce)
    else this.#listedPeers(announce)
    this.#text('10:tracker id')
    this.#string(trackerId)
    this.bytes[this.end++] = 0x65
  }

  /** BEP 3. BEP 31: `retry in` is a number of minutes or `never`. */
  failure(reason: string, retryInSeconds: number): void {
    this.#text('d14:failure reason')
    this.#string(reason)
    this.#text('8:retry in')
    if (retryInSeconds > 0) this.#text(`i${Math.ceil(retryInSeconds / 60)}e`)
    else this.#string('never')
    this.bytes[this.end++] = 0x65
  }

  /** BEP 48. `counts`: sorted by info hash. */
  scrape(counts: readonly SwarmCounts[]): void {
    this.#text('d5:filesd')
    for (const each of counts) {
      this.#text('20:')
      for (let word = 0; word < 5; word++) this.#word(each.hash[word]!)
      this.#put(BYTES.complete)
      this.#number(each.seeds)
      this.#put(BYTES.downloaded)
      this.#number(each.downloads)
      this.#put(BYTES.incomplete)
      this.#number(each.leeches)
      this.#text('ee')
    }
    this.#text('ee')
  }

  #external(family: Family, words: Int32Array): void {
    const isIpv6 = family === FAMILY.ipv6
    this.#put(isIpv6 ? BYTES.externalIpv6 : BYTES.externalIpv4)
    for (let word = 0; word < (isIpv6 ? 4 : 1); word++) this.#word(words[word]!)
    this.#put(BYTES.incompleteNext)
  }

  /** BEP 23, BEP 7: peers of the client's own address family, which it can reach. */
  #compactPeers({ family, peers, peerCount }: Announce): void {
    this.#put(family === FAMILY.ipv6 ? BYTES.peers6 : BYTES.peers)
    const length = peerCount * PEER_BYTES[family]
    this.#number(length)
    this.bytes[this.end++] = 0x3a
    const { bytes, end } = this
    for (let at = 0; at < length; at++) bytes[end + at] = peers[at]!
    this.end += length
  }

  #listedPeers({ family, peersView: view, peerCount }: Announce): void {
    this.#text('e5:peersl')
    const words = new Int32Array(4)
    const width = family === FAMILY.ipv6 ? 4 : 1
    for (let at = 0, peer = 0; peer < peerCount; peer++, at += 4 * width + 2) {
      for (let word = 0; word < width; word++) words[word] = view.getInt32(at + 4 * word)
      this.#text('d2:ip')
      this.#string(addressText(family, words))
      this.#text(`4:porti${view.getUint16(at + 4 * width)}ee`)
    }
    this.bytes[this.end++] = 0x65
  }

  #put(bytes: Uint8Array): void {
    const { bytes: into, end } = this
    for (let at = 0; at < bytes.length; at++) into[end + at] = bytes[at]!
    this.end += bytes.length
  }

  #text(text: string): void {
    for (let at = 0; at < text.length; at++) this.bytes[this.end++] = text.charCodeAt(at)
  }

  #string(text: string): void {
    this.#number(text.length)
    this.bytes[this.end++] = 0x3a
    this.#text(text)
  }

  #word(word: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) this.bytes[this.end++] = word >>> shift
  }

  #number(value: number): void {
    let digits = 1
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++
    this.end += digits
    for (let at = this.end - 1, rest = value; digits > 0; digits--, at--, rest = (rest / 10) | 0)
      this.bytes[at] = 0x30 + (rest % 10)
  }
}
