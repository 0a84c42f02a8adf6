import { randomBytes } from 'node:crypto'
import { CALLER, type CallerKind } from '../access/caller.ts'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { Announce, type Family, SwarmCounts } from '../store.ts'
import { callerScope, REFUSED, retrySecondsOf, type Tracker } from '../tracker.ts'
import { BodyWriter, MAX_BODY_BYTES } from './body.ts'
import { TARGET, TrackerTarget } from './target.ts'

const BAD_REQUEST_RETRY_SECONDS = 0

/** Writes responses to HTTP requests, given their request targets. */
export class Responder {
  readonly #tracker: Tracker
  readonly #target = new TrackerTarget()
  #announce = new Announce()
  readonly #trackerId = randomBytes(4).toString('hex')

  constructor(tracker: Tracker) {
    this.#tracker = tracker
  }

  /**
   * Answers the request with target `bytes[from..to)` from the address `caller` (in words). Returns
   * false if it is not a tracker request. If the store is asynchronous, returns a promise of a
   * function that writes the body; it never rejects.
   */
  respond(
    bytes: Uint8Array,
    from: number,
    to: number,
    family: 0 | 1,
    caller: Int32Array,
    body: BodyWriter,
    kind: CallerKind = CALLER.direct,
    isLookedUp = false,
  ): boolean | Promise<(body: BodyWriter) => void> {
    const target = this.#target
    const announce = this.#announce
    target.wantsTransfers = this.#tracker.access.accounts !== null
    target.read(bytes, from, to, announce)
    if (target.kind === TARGET.other) return false
    const refusal = this.#refusal(bytes, family, caller, kind, isLookedUp)
    if (refusal === 'unknown' && !isLookedUp)
      return this.#respondLater(
        this.#passkey(bytes),
        Uint8Array.from(bytes.subarray(from, to)),
        family,
        caller,
        kind,
      )
    if (refusal !== null) {
      this.#tracker.counters.http.refused++
      body.failure(REFUSED[refusal], retrySecondsOf(refusal))
      return true
    }
    if (target.failure !== '') {
      body.failure(target.failure, BAD_REQUEST_RETRY_SECONDS)
      return true
    }
    if (target.kind === TARGET.scrape) return this.#scrape(body)
    announce.family = family
    announce.scope = kind === CALLER.direct ? callerScope(family, caller) : SCOPE.world
    for (let word = 0; word < 4; word++) announce.address[word] = caller[word]!
    if (
      target.addressTo > target.addressFrom &&
      this.#tracker.access.isTrusted(family, caller, kind === CALLER.direct)
    )
      this.#takeOtherAddress(bytes, announce)
    announce.account = target.hasTransfers ? this.#account(bytes) : ''
    // A local address is not the client's external address, and neither is a proxy's.
    const external = kind === CALLER.direct && scopeOf(family, caller) === SCOPE.world ? caller : null
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

  #refusal(
    bytes: Uint8Array,
    family: Family,
    caller: Int32Array,
    kind: CallerKind,
    isLookedUp: boolean,
  ): keyof typeof REFUSED | null {
    const { access } = this.#tracker
    if (access.isBanned(family, caller)) return 'banned'
    if (kind === CALLER.foreignPage) return 'page'
    const isDirect = kind === CALLER.direct
    if (!isLookedUp && !access.admitsRate(family, caller, isDirect)) return 'often'
    if (!access.readsPasskeys) return null
    return access.passkeyRefusal(this.#passkey(bytes) || null, family, caller, isDirect)
  }

  #passkey(bytes: Uint8Array): string {
    return String.fromCharCode(...bytes.subarray(this.#target.passkeyFrom, this.#target.passkeyTo))
  }

  /** Returns the account of the passkey, or an empty text. */
  #account(bytes: Uint8Array): string {
    const passkey = this.#passkey(bytes)
    return (passkey && this.#tracker.access.accounts?.find(passkey)) || ''
  }

  /** Responds when the account of the passkey is known. */
  async #respondLater(
    passkey: string,
    bytes: Uint8Array,
    family: 0 | 1,
    caller: Int32Array,
    kind: CallerKind,
  ): Promise<(body: BodyWriter) => void> {
    const kept = caller.slice()
    await this.#tracker.access.accounts?.lookUp(passkey)
    const body = new BodyWriter(new Uint8Array(MAX_BODY_BYTES))
    const outcome = this.respond(bytes, 0, bytes.length, family, kept, body, kind, true)
    return typeof outcome === 'object' ? outcome : late => late.append(body)
  }

  /**
   * Applies BEP 3's `ip`, which only trusted clients may use, such as those on the tracker's own
   * machine.
   */
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
    // BEP 48 allows a full scrape, but a list of all torrents must not be public.
    if (hashCount === 0) {
      body.failure('Name the torrents to scrape', 0)
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

/** Fails if one of the counts is missing, since clients would take it for zero. */
function writeScrape(body: BodyWriter, counts: readonly SwarmCounts[]): void {
  const failed = counts.find(({ failure }) => failure !== '')
  if (failed) body.failure(failed.failure, failed.retryInSeconds)
  else body.scrape(counts)
}

/** Bencoding: the keys of a dictionary are sorted and unique. */
function inOrder(all: readonly SwarmCounts[]): SwarmCounts[] {
  const sortKey = ({ hash }: SwarmCounts) =>
    Array.from(hash, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
  const byKey = new Map(all.map(counts => [sortKey(counts), counts]))
  return [...byKey.keys()].sort().map(key => byKey.get(key)!)
}
