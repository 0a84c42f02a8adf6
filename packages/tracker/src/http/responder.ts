import { randomBytes } from 'node:crypto'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { Announce, type Family, SwarmCounts } from '../store.ts'
import { askerScope, REFUSED, type Tracker } from '../tracker.ts'
import { ASKER, type Asker } from './asker.ts'
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
   * When the store takes its time, the promise, which never rejects, gives a function that writes the body.
   */
  respond(
    bytes: Uint8Array,
    from: number,
    to: number,
    family: 0 | 1,
    asker: Int32Array,
    body: BodyWriter,
    by: Asker = ASKER.itself,
  ): boolean | Promise<(body: BodyWriter) => void> {
    const target = this.#target
    const announce = this.#announce
    target.read(bytes, from, to, announce)
    if (target.kind === TARGET.other) return false
    const refusal = this.#refusal(bytes, family, asker, by)
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
    announce.scope = by === ASKER.itself ? askerScope(family, asker) : SCOPE.world
    for (let word = 0; word < 4; word++) announce.address[word] = asker[word]!
    if (target.addressTo > target.addressFrom && this.#tracker.isTrusted(family, asker, by === ASKER.itself))
      this.#takeOtherAddress(bytes, announce)
    // What only this machine or network knows them by is no external address, and neither is a proxy's.
    const external = by === ASKER.itself && scopeOf(family, asker) === SCOPE.world ? asker : null
    const pending = this.#tracker.announce(announce, 'http')
    if (pending === undefined) {
      this.#write(body, announce, target.isCompact, family, external)
      return true
    }
    const { isCompact } = target
    const kept = external?.slice() ?? null
    this.#announce = new Announce()
    return pending.then(() => (late: BodyWriter) => this.#write(late, announce, isCompact, family, kept))
  }

  #refusal(bytes: Uint8Array, family: Family, asker: Int32Array, by: Asker): keyof typeof REFUSED | null {
    const { passkeyFrom, passkeyTo } = this.#target
    const tracker = this.#tracker
    if (tracker.isBanned(family, asker)) return 'banned'
    if (by === ASKER.page) return 'page'
    if (!tracker.admitsRate(family, asker, by === ASKER.itself)) return 'often'
    if (!tracker.isPrivate) return null
    const passkey = String.fromCharCode(...bytes.subarray(passkeyFrom, passkeyTo))
    return tracker.admitsPasskey(passkey) ? null : 'passkey'
  }

  /** BEP 3's `ip`: of use to who asks from the tracker's own machine or through a proxy, and to nobody else. */
  #takeOtherAddress(bytes: Uint8Array, announce: Announce): void {
    const { addressFrom, addressTo } = this.#target
    if (addressTo - addressFrom > 100) return
    const text = String.fromCharCode(...bytes.subarray(addressFrom, addressTo)).replaceAll(/%3a/gi, ':')
    const words = new Int32Array(4)
    const given = readAddress(text, words)
    if (given === null) return
    announce.family = given
    announce.address.set(words)
  }

  #write(
    body: BodyWriter,
    announce: Announce,
    isCompact: boolean,
    family: Family,
    external: Int32Array | null,
  ): void {
    const { minIntervalSeconds } = this.#tracker
    body.announce(announce, minIntervalSeconds, isCompact, this.#trackerId, family, external)
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
    if (pending.length > 0)
      return Promise.all(pending).then(() => (late: BodyWriter) => writeScrape(late, sorted))
    writeScrape(body, sorted)
    return true
  }
}

/** All or nothing: a count that is missing would be taken for none. */
function writeScrape(body: BodyWriter, counts: readonly SwarmCounts[]): void {
  const failed = counts.find(({ failure }) => failure !== '')
  if (failed) body.failure(failed.failure, failed.retryInSeconds)
  else body.scrape(counts)
}

/** Keys of a dictionary are sorted, and none is in it twice. */
function inOrder(all: readonly SwarmCounts[]): SwarmCounts[] {
  const keyOf = ({ hash }: SwarmCounts) =>
    Array.from(hash, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
  const byKey = new Map(all.map(counts => [keyOf(counts), counts]))
  return [...byKey.keys()].sort().map(key => byKey.get(key)!)
}
