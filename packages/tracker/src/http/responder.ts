import { randomBytes } from 'node:crypto'
import { readAddress } from '../base/address.ts'
import { SCOPE } from '../base/scope.ts'
import { Announce, type Family, SwarmCounts } from '../store.ts'
import { askerScope, REFUSED, type Tracker } from '../tracker.ts'
import type { BodyWriter } from './body.ts'
import { TARGET, TrackerTarget } from './target.ts'

const BAD_REQUEST_RETRY_SECONDS = 0

/** Answers targets of HTTP requests, whoever read them from a socket. */
export class Responder {
  readonly #tracker: Tracker
  readonly #target = new TrackerTarget()
  #announce = new Announce()
  readonly #trackerId = randomBytes(4).toString('hex')

  constructor(tracker: Tracker) {
    this.#tracker = tracker
  }

  /**
   * Answers the request whose target is `bytes[from..to)`, of who asks from `asker` (words of the address). False when it is none of a tracker.
   * `isNear`: false for who is told of no address of this machine or network, wherever he seems to be.
   * `done` is called with a function that writes the body, at once or, when the store takes its time, later: with null when it failed.
   */
  respond(
    bytes: Uint8Array,
    from: number,
    to: number,
    family: 0 | 1,
    asker: Int32Array,
    body: BodyWriter,
    isNear = true,
  ): boolean | Promise<(body: BodyWriter) => void> {
    const target = this.#target
    const announce = this.#announce
    target.read(bytes, from, to, announce)
    if (target.kind === TARGET.other) return false
    const refusal = this.#refusal(bytes, family, asker)
    if (refusal !== null) {
      this.#tracker.counters.http.refused++
      body.failure(REFUSED[refusal], refusal === 'often' ? 60 : 0)
      return true
    }
    if (target.failure !== '') {
      body.failure(target.failure, BAD_REQUEST_RETRY_SECONDS)
      return true
    }
    if (target.kind === TARGET.scrape) return this.#scrape(body)
    announce.family = family
    announce.scope = isNear ? askerScope(family, asker) : SCOPE.world
    for (let word = 0; word < 4; word++) announce.address[word] = asker[word]!
    if (target.addressTo > target.addressFrom) this.#takeOtherAddress(bytes, announce, family, asker)
    const pending = this.#tracker.announce(announce, 'http')
    if (pending === undefined) {
      this.#write(body, announce, target.isCompact)
      return true
    }
    const { isCompact } = target
    this.#announce = new Announce()
    return pending.then(() => (late: BodyWriter) => this.#write(late, announce, isCompact))
  }

  #refusal(bytes: Uint8Array, family: Family, asker: Int32Array): keyof typeof REFUSED | null {
    const { passkeyFrom, passkeyTo } = this.#target
    const tracker = this.#tracker
    if (tracker.isBanned(family, asker)) return 'banned'
    if (!tracker.admitsRate(family, asker)) return 'often'
    if (!tracker.isPrivate) return null
    const passkey = String.fromCharCode(...bytes.subarray(passkeyFrom, passkeyTo))
    return tracker.admitsPasskey(passkey) ? null : 'passkey'
  }

  /** BEP 3's `ip`: of use to who asks from the tracker's own machine or through a proxy, and to nobody else. */
  #takeOtherAddress(bytes: Uint8Array, announce: Announce, family: Family, asker: Int32Array): void {
    const { addressFrom, addressTo } = this.#target
    if (addressTo - addressFrom > 100 || !this.#tracker.isTrusted(family, asker)) return
    const text = String.fromCharCode(...bytes.subarray(addressFrom, addressTo)).replaceAll(/%3a/gi, ':')
    const words = new Int32Array(4)
    const given = readAddress(text, words)
    if (given === null) return
    announce.family = given
    announce.address.set(words)
  }

  #write(body: BodyWriter, announce: Announce, isCompact: boolean): void {
    body.announce(announce, this.#tracker.minIntervalSeconds, isCompact, this.#trackerId)
  }

  #scrape(body: BodyWriter): boolean | Promise<(body: BodyWriter) => void> {
    const { hashCount, hashes } = this.#target
    // BEP 48 leaves it open; a list of all torrents is for nobody to have.
    if (hashCount === 0) {
      body.failure('name the torrents to scrape', 0)
      return true
    }
    this.#tracker.counters.http.scrapes++
    const all: SwarmCounts[] = []
    const pending: Promise<void>[] = []
    for (let at = 0; at < hashCount; at++) {
      const counts = new SwarmCounts()
      counts.hash.set(hashes.subarray(5 * at, 5 * at + 5))
      all.push(counts)
      const waits = this.#tracker.scrape(counts)
      if (waits !== undefined) pending.push(waits)
    }
    const sorted = inOrder(all)
    if (pending.length > 0) return Promise.all(pending).then(() => (late: BodyWriter) => late.scrape(sorted))
    body.scrape(sorted)
    return true
  }
}

/** Keys of a dictionary are sorted, and none is in it twice. */
function inOrder(all: readonly SwarmCounts[]): SwarmCounts[] {
  const keyOf = ({ hash }: SwarmCounts) =>
    Array.from(hash, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
  const byKey = new Map(all.map(counts => [keyOf(counts), counts]))
  return [...byKey.keys()].sort().map(key => byKey.get(key)!)
}
