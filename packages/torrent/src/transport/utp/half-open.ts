/** Maximum number of remembered connection attempts by peers, in total and from one address. */
export const MAX_HALF_OPEN = 512
export const MAX_HALF_OPEN_PER_HOST = 16
/** An attempt is forgotten unless the peer confirms it within this time. */
export const HALF_OPEN_MS = 3000

/** A peer that sent a SYN, and has not yet proved that it receives packets at its address. */
export interface HalfOpen {
  readonly host: string
  readonly port: number
  /** The connection ID of packets to us, and to the peer. */
  readonly receiveId: number
  readonly sendId: number
  /**
   * Number of our first packet. It is random, so that a peer that knows it has received our answer.
   */
  readonly seqNr: number
  readonly ackNr: number
  readonly untilMs: number
}

/** A bounded table: a flood of SYNs from forged addresses costs no more than its memory. */
export class HalfOpenTable {
  /** In order of age. */
  readonly #entries = new Map<string, HalfOpen>()
  readonly #counts = new Map<string, number>()

  get size(): number {
    return this.#entries.size
  }

  find(receiveId: number, host: string, port: number): HalfOpen | undefined {
    return this.#entries.get(keyOf(receiveId, host, port))
  }

  /**
   * Adds an entry, replacing the oldest one if the table is full. Returns false if its address has
   * too many.
   */
  add(entry: HalfOpen, nowMs: number): boolean {
    this.expire(nowMs)
    const count = this.#counts.get(entry.host) ?? 0
    if (count >= MAX_HALF_OPEN_PER_HOST) return false
    const oldest = this.#entries.values().next().value
    if (this.#entries.size >= MAX_HALF_OPEN && oldest) this.remove(oldest)
    this.#entries.set(keyOf(entry.receiveId, entry.host, entry.port), entry)
    this.#counts.set(entry.host, count + 1)
    return true
  }

  remove(entry: HalfOpen): void {
    if (!this.#entries.delete(keyOf(entry.receiveId, entry.host, entry.port))) return
    const count = this.#counts.get(entry.host)! - 1
    if (count > 0) this.#counts.set(entry.host, count)
    else this.#counts.delete(entry.host)
  }

  expire(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.untilMs > nowMs) return
      this.remove(entry)
    }
  }
}

function keyOf(receiveId: number, host: string, port: number): string {
  return `${receiveId} ${port} ${host}`
}
