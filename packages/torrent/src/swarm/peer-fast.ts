import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Handshake } from '../wire/handshake.ts'
import type { FastGate } from './fast-gate.ts'
import { FastGrants, isBeginner } from './fast-grants.ts'
import type { PeerLink } from './peer-link.ts'
import type { Transfer } from './transfer.ts'

/** Allowed-fast and suggested pieces that one peer may name. */
const MAX_HINTS = 64

export interface FastOwner {
  readonly id: number
  readonly link: PeerLink
  readonly clock: Clock
  readonly handshake: Handshake
  readonly host: { readonly fastGate: FastGate }
  readonly transfer: Transfer | null
  /** What it has; null while the metadata is unknown. */
  readonly bits: Bitfield | null
  /** It said what it has to begin with. */
  readonly isTold: boolean
  readonly uploadOnly: boolean
}

/** The fast extension with one peer (BEP 6): what either side may have while it is choked, and what the peer suggests. */
export class PeerFast {
  /** Pieces that the peer suggested, most recent last. */
  readonly suggested: number[] = []
  readonly #owner: FastOwner
  /** What it lets us have while it chokes us, and what we let it. */
  readonly #allowed = new Set<number>()
  readonly #grants = new FastGrants()

  constructor(owner: FastOwner) {
    this.#owner = owner
  }

  /** Both sides speak it. */
  get isSpoken(): boolean {
    return this.#owner.handshake.features.fast
  }

  /** BEP 6: whoever sends its messages without having announced it is disconnected. */
  mustBeSpoken(): void {
    if (!this.isSpoken)
      throw new ShoalError('bad-message', 'it sent a message of an extension that it does not speak')
  }

  /** What we have, in the words that it knows. Clients without the extension are told nothing when that is nothing (BEP 3). */
  sendHave(): void {
    const have = this.#owner.transfer?.have
    const { out } = this.#owner.link
    if (this.isSpoken && (!have || have.count === 0)) out.haveNone()
    else if (this.isSpoken && have?.isFull) out.haveAll()
    else if (have && have.count > 0) out.bitfield(have.bytes.slice())
  }

  // What it lets us have

  get allowsAny(): boolean {
    return this.#allowed.size > 0
  }

  allows(piece: number): boolean {
    return this.#allowed.has(piece)
  }

  onSuggest(piece: number): void {
    this.mustBeSpoken()
    if (this.suggested.length >= MAX_HINTS) this.suggested.shift()
    this.suggested.push(piece)
  }

  onAllowed(piece: number): void {
    this.mustBeSpoken()
    const { bits } = this.#owner
    if (this.#allowed.size < MAX_HINTS && (!bits || piece < bits.length)) this.#allowed.add(piece)
  }

  /** A choking peer rejects a request: it may take back what it allowed, and would be asked for ever otherwise. */
  takeBack(piece: number): void {
    this.#allowed.delete(piece)
  }

  // What we let it have

  isGranted(piece: number): boolean {
    return this.#grants.has(piece)
  }

  /** Whether a request of the peer, which we choke, is to be served; counts it. */
  admits(piece: number, length: number): boolean {
    const { host, id, clock, bits } = this.#owner
    if (!host.fastGate.isIn(id, clock.nowMs())) return false
    return this.#grants.take(piece, length, bits)
  }

  /** Who has next to nothing is let in on a few pieces. */
  grant(): void {
    const { transfer, bits: theirs, id, clock, link, handshake, uploadOnly } = this.#owner
    if (!transfer || !theirs || !this.isSpoken || !this.#owner.isTold) return
    if (transfer.have.count === 0 || uploadOnly || !isBeginner(theirs)) return
    if (!this.#owner.host.fastGate.admit(id, clock.nowMs())) return
    const { layout, have } = transfer
    const { host } = link.connection.remote
    const { infoHash } = handshake
    for (const piece of this.#grants.grant({ host, infoHash, layout, have, theirs }))
      link.out.allowedFast(piece)
  }
}
