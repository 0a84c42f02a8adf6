import { type Random, shuffle } from '../base/random.ts'

/** Between calls of `decide` that are rounds (BEP 3: this avoids fibrillation). For the caller's timer. */
export const CHOKE_ROUND_MS = 10_000
/** BEP 3: which peer is unchoked regardless of its rate rotates so often. */
const OPTIMISTIC_MS = 30_000
/** BEP 3: how much likelier a new connection is than another. */
const NEW_PEER_WEIGHT = 3
/** One in so many slots is optimistic; at least one. */
const SLOTS_PER_OPTIMISTIC = 5
/** While seeding: a turn lasts at least and at most so long, and is over between when the peer had so much or takes nothing. */
const LEAST_TURN_MS = 20_000
const MOST_TURN_MS = 60_000
const TURN_BYTES = 8 * 1024 * 1024

/** What the choker must know of a peer. Rates are payload; times are of the clock that `decide` is given. */
export interface ChokerPeer {
  readonly id: number
  /** It wants something of us. */
  readonly interested: boolean
  /** We do not choke it at present. */
  readonly unchoked: boolean
  /** It owed us blocks and sent none for too long (a minute, says the BitTorrent economics paper): no reward but by luck. */
  readonly snubbed: boolean
  /** A seed or partial seed (BEP 21): it never needs a slot. */
  readonly uploadOnly: boolean
  /** From the peer to us. */
  readonly downloadBytesPerSecond: number
  /** From us to the peer. */
  readonly uploadBytesPerSecond: number
  /** From us to the peer, in all. */
  readonly uploadedBytes: number
  /** 0 to 1: how much of the torrent it has. While seeding, the beginners and the nearly done wait the least. */
  readonly progress: number
}

export interface ChokeOptions {
  /** How many interested peers to unchoke, the optimistic ones included. At least 0; `Infinity` unchokes all that are interested. */
  readonly slots: number
  /** We have all that we want: rank by what we give, in turns, rather than by what we get. */
  readonly seeding: boolean
  /** Between rounds: only fill slots that are free, take none from anybody. Default false. */
  readonly immediate?: boolean
}

/** What is remembered of a peer while it is connected. */
interface Memory {
  /** It has been unchoked before. */
  served: boolean
  /** When its last turn ended; before any: -Infinity. */
  endedMs: number
  /** What it had been sent when its turn began. */
  bytesAtStart: number
  startMs: number
}

/**
 * Whom to unchoke (BEP 3, "choking").
 *
 * Leeching: those who send us the most, and at random one or more others, new ones three times as likely. A faster peer that is not
 * interested is unchoked without taking a slot; when it becomes interested, the slowest makes room. Seeding: in turns, since the
 * fastest taker would otherwise keep its slot for ever; a peer that had its share goes behind all who wait.
 */
export class Choker {
  readonly #random: Random
  readonly #memory = new Map<number, Memory>()
  #optimistic: number[] = []
  #rotatedMs = Number.NEGATIVE_INFINITY

  constructor(options: { random: Random }) {
    this.#random = options.random
  }

  /** Ids of the peers to unchoke; all others are to be choked. Call it every 10 s, and with `immediate` when interest changes or a peer goes. */
  decide(peers: readonly ChokerPeer[], nowMs: number, options: ChokeOptions): number[] {
    this.#remember(peers, nowMs)
    const candidates = shuffle(
      peers.filter(peer => !peer.uploadOnly),
      this.#random,
    )
    const chosen = options.immediate
      ? this.#fill(candidates, nowMs, options)
      : options.seeding
        ? this.#seed(candidates, nowMs, options.slots)
        : this.#leech(candidates, nowMs, options.slots)
    this.#note(peers, new Set(chosen), nowMs)
    return chosen
  }

  #leech(peers: ChokerPeer[], nowMs: number, slots: number): number[] {
    const optimisticSlots = slots < 2 ? 0 : Math.max(1, Math.floor(slots / SLOTS_PER_OPTIMISTIC))
    const chosen: number[] = []
    let used = 0
    for (const peer of peers.sort(byReward)) {
      if (used >= slots - Math.min(optimisticSlots, slots)) break
      if (peer.snubbed || peer.downloadBytesPerSecond === 0) continue
      // BEP 3: one that is not interested is unchoked while it is faster than those who have slots, so that it can start at once when it is.
      chosen.push(peer.id)
      if (peer.interested) used++
    }
    const rest = peers.filter(peer => peer.interested && !chosen.includes(peer.id))
    // Slots that nobody has earned go by luck too, or a peer that all others snub would never find better ones.
    return [...chosen, ...this.#drawOptimistic(rest, slots - used, nowMs)]
  }

  /** Keeps the optimistic ones until their time is over, and draws as many as there is room for. */
  #drawOptimistic(peers: ChokerPeer[], room: number, nowMs: number): number[] {
    const rotate = nowMs - this.#rotatedMs >= OPTIMISTIC_MS
    const before = this.#optimistic
    if (rotate) {
      this.#rotatedMs = nowMs
      this.#optimistic = []
    } else this.#optimistic = before.filter(id => peers.some(peer => peer.id === id)).slice(0, room)
    // Those whose time is over come last, so that they leave when somebody else waits.
    const waiting = peers.filter(peer => !this.#optimistic.includes(peer.id) && !before.includes(peer.id))
    const over = peers.filter(peer => !this.#optimistic.includes(peer.id) && before.includes(peer.id))
    while (this.#optimistic.length < room && waiting.length > 0) this.#optimistic.push(this.#draw(waiting).id)
    while (this.#optimistic.length < room && over.length > 0) this.#optimistic.push(this.#draw(over).id)
    return this.#optimistic
  }

  /** Removes one peer at random, new ones with three times the chance. */
  #draw(peers: ChokerPeer[]): ChokerPeer {
    const weight = (peer: ChokerPeer) => (this.#memory.get(peer.id)?.served ? 1 : NEW_PEER_WEIGHT)
    let left = this.#random.below(peers.reduce((sum, peer) => sum + weight(peer), 0))
    const at = peers.findIndex(peer => {
      left -= weight(peer)
      return left < 0
    })
    return peers.splice(at, 1)[0]!
  }

  #seed(peers: ChokerPeer[], nowMs: number, slots: number): number[] {
    this.#optimistic = []
    const rank = (peer: ChokerPeer) => {
      if (!peer.unchoked) return 1
      return this.#turnIsOver(peer, nowMs) ? 2 : 0
    }
    return peers
      .filter(peer => peer.interested)
      .sort((a, b) => rank(a) - rank(b) || (a.unchoked ? byTaking(a, b) : this.#byWaiting(a, b)))
      .slice(0, slots)
      .map(peer => peer.id)
  }

  #turnIsOver(peer: ChokerPeer, nowMs: number): boolean {
    const { startMs, bytesAtStart } = this.#memory.get(peer.id)!
    const lastedMs = nowMs - startMs
    if (lastedMs < LEAST_TURN_MS) return false
    const bytes = peer.uploadedBytes - bytesAtStart
    return lastedMs >= MOST_TURN_MS || bytes >= TURN_BYTES || bytes === 0
  }

  /**
   * Who has waited longest, first; among those who never had a turn, who has next to nothing or lacks next to nothing: the one can soon
   * share, the other will soon be gone.
   */
  #byWaiting(a: ChokerPeer, b: ChokerPeer): number {
    const first = this.#memory.get(a.id)!.endedMs
    const second = this.#memory.get(b.id)!.endedMs
    if (first !== second) return first - second
    return Math.abs(0.5 - b.progress) - Math.abs(0.5 - a.progress)
  }

  /** Those who are unchoked stay; free slots are filled. Too many interested ones (an unchoked one has become so): the worst goes. */
  #fill(peers: ChokerPeer[], nowMs: number, { slots, seeding }: ChokeOptions): number[] {
    const holders = peers.filter(peer => peer.unchoked && peer.interested)
    const idle = peers.filter(peer => peer.unchoked && !peer.interested).map(peer => peer.id)
    if (holders.length > slots) {
      const isLucky = (peer: ChokerPeer) => (this.#optimistic.includes(peer.id) ? 1 : 0)
      holders.sort((a, b) => isLucky(b) - isLucky(a) || (seeding ? byTaking(a, b) : byReward(a, b)))
      return [...idle, ...holders.slice(0, slots).map(peer => peer.id)]
    }
    const waiting = peers.filter(peer => !peer.unchoked && peer.interested)
    const room = slots - holders.length
    const kept = [...idle, ...holders.map(peer => peer.id)]
    if (seeding) {
      waiting.sort((a, b) => this.#byWaiting(a, b))
      return [...kept, ...waiting.slice(0, room).map(peer => peer.id)]
    }
    const earned = waiting.filter(peer => !peer.snubbed && peer.downloadBytesPerSecond > 0).sort(byReward)
    const rewarded = earned.slice(0, room)
    const rest = waiting.filter(peer => !rewarded.includes(peer))
    const drawn: ChokerPeer[] = []
    while (drawn.length < room - rewarded.length && rest.length > 0) drawn.push(this.#draw(rest))
    // Their luck lasts until the next rotation.
    this.#optimistic.push(...drawn.map(peer => peer.id))
    if (this.#rotatedMs === Number.NEGATIVE_INFINITY) this.#rotatedMs = nowMs
    return [...kept, ...[...rewarded, ...drawn].map(peer => peer.id)]
  }

  #remember(peers: readonly ChokerPeer[], nowMs: number): void {
    const present = new Set<number>()
    for (const peer of peers) {
      present.add(peer.id)
      if (this.#memory.has(peer.id)) continue
      const startMs = peer.unchoked ? nowMs : Number.NEGATIVE_INFINITY
      this.#memory.set(peer.id, {
        served: peer.unchoked,
        endedMs: Number.NEGATIVE_INFINITY,
        bytesAtStart: peer.uploadedBytes,
        startMs,
      })
    }
    for (const id of this.#memory.keys()) if (!present.has(id)) this.#memory.delete(id)
    this.#optimistic = this.#optimistic.filter(id => present.has(id))
  }

  /** Begins and ends turns. */
  #note(peers: readonly ChokerPeer[], chosen: ReadonlySet<number>, nowMs: number): void {
    for (const peer of peers) {
      const memory = this.#memory.get(peer.id)!
      if (chosen.has(peer.id)) {
        if (!peer.unchoked || this.#turnIsOver(peer, nowMs)) {
          memory.startMs = nowMs
          memory.bytesAtStart = peer.uploadedBytes
        }
        memory.served = true
      } else if (peer.unchoked) memory.endedMs = nowMs
    }
  }
}

/** BEP 3: the best senders first; among equals those who are unchoked, so that nobody is choked for nothing. */
function byReward(a: ChokerPeer, b: ChokerPeer): number {
  const difference = b.downloadBytesPerSecond - a.downloadBytesPerSecond
  if (difference !== 0) return difference
  return Number(b.unchoked) - Number(a.unchoked)
}

/** Who takes the most, first. */
function byTaking(a: ChokerPeer, b: ChokerPeer): number {
  return b.uploadBytesPerSecond - a.uploadBytesPerSecond
}
