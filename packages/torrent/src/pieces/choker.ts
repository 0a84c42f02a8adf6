import { type Random, shuffle } from '../base/random.ts'

/** Time between choke rounds (BEP 3: this avoids fibrillation), for the caller's timer. */
export const CHOKE_ROUND_MS = 10_000
/** BEP 3: interval at which the optimistic unchoke rotates. */
const OPTIMISTIC_MS = 30_000
/** BEP 3: factor by which a new connection is likelier to be the optimistic unchoke. */
const NEW_PEER_WEIGHT = 3
/** One in this many slots is optimistic, but at least one. */
const SLOTS_PER_OPTIMISTIC = 5
/**
 * While seeding: the shortest and the longest turn. In between, a turn ends after TURN_BYTES, or if
 * the peer takes nothing.
 */
const LEAST_TURN_MS = 20_000
const MOST_TURN_MS = 60_000
const TURN_BYTES = 8 * 1024 * 1024

/** The state of a peer as the choker sees it. Rates count payload. */
export interface ChokerPeer {
  readonly id: number
  /** Whether it is interested in our pieces. */
  readonly interested: boolean
  /** Whether it is unchoked now. */
  readonly unchoked: boolean
  /**
   * Whether it owed us blocks and sent none for too long (a minute, according to the BitTorrent
   * economics paper). It only gets an optimistic unchoke.
   */
  readonly snubbed: boolean
  /**
   * Whether it took much and gave next to nothing, although it could. While we download, it only
   * gets a slot that no other peer wants.
   */
  readonly owes: boolean
  /** A seed or partial seed (BEP 21): it never needs a slot. */
  readonly uploadOnly: boolean
  /** From the peer to us. */
  readonly downloadBytesPerSecond: number
  /** From us to the peer. */
  readonly uploadBytesPerSecond: number
  /** Total payload from us to the peer. */
  readonly uploadedBytes: number
  /** Share of the torrent that it has, 0 to 1. While seeding, peers at either end wait least. */
  readonly progress: number
}

export interface ChokeOptions {
  /**
   * Number of interested peers to unchoke, including optimistic ones. `Infinity` unchokes all of
   * them.
   */
  readonly slots: number
  /**
   * Whether we have all that we want: peers take turns instead of being ranked by what they send.
   */
  readonly seeding: boolean
  /** Only fill free slots and choke no peer, between rounds. Default false. */
  readonly immediate?: boolean
}

/** The history of a connected peer. */
interface Memory {
  /** Whether it has been unchoked before. */
  served: boolean
  /** Time at which its last turn ended; -Infinity before its first. */
  endedMs: number
  /** Its `uploadedBytes` when its turn began. */
  bytesAtStart: number
  startMs: number
}

/**
 * Decides which peers to unchoke (BEP 3, "choking").
 *
 * As a leech, it unchokes the peers that send us the most, and one or more others at random
 * (optimistic unchokes), new ones with three times the chance. Peers that only take get slots that
 * no other peer wants, and lose them as soon as one does. A fast peer that is not interested is
 * unchoked without taking a slot; when it becomes interested, the slowest makes room. As a seed, it
 * lets peers take turns, because the fastest would otherwise keep its slot forever; after its turn
 * a peer queues behind all that wait.
 */
export class Choker {
  readonly #random: Random
  readonly #memory = new Map<number, Memory>()
  #optimistic: number[] = []
  #rotatedMs = Number.NEGATIVE_INFINITY

  constructor(options: { random: Random }) {
    this.#random = options.random
  }

  /**
   * Returns the ids of the peers to unchoke; all others are to be choked. Call it every
   * CHOKE_ROUND_MS, and with `immediate` when a peer's interest changes or a peer leaves.
   */
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
      if (!earns(peer)) continue
      // BEP 3: a peer that is not interested is unchoked if it is faster than those with slots, so
      // that it can start at once.
      chosen.push(peer.id)
      if (peer.interested) used++
    }
    const rest = peers.filter(peer => peer.interested && !chosen.includes(peer.id))
    // Slots that no peer has earned are drawn too, or a peer that all others snub would never find
    // better ones.
    return [...chosen, ...this.#drawOptimistic(rest, slots - used, nowMs)]
  }

  /**
   * Keeps the optimistic unchokes until their time is over, and draws more for the remaining
   * slots.
   */
  #drawOptimistic(peers: ChokerPeer[], room: number, nowMs: number): number[] {
    const rotate = nowMs - this.#rotatedMs >= OPTIMISTIC_MS
    const before = this.#optimistic
    if (rotate) {
      this.#rotatedMs = nowMs
      this.#optimistic = []
    } else
      this.#optimistic = before.filter(id => peers.some(peer => peer.id === id && !peer.owes)).slice(0, room)
    // Those whose time is over are drawn after others that wait, and those that owe come last.
    const rank = (peer: ChokerPeer) => (peer.owes ? 2 : before.includes(peer.id) ? 1 : 0)
    for (const turn of [0, 1, 2]) {
      const waiting = peers.filter(peer => rank(peer) === turn && !this.#optimistic.includes(peer.id))
      while (this.#optimistic.length < room && waiting.length > 0)
        this.#optimistic.push(this.#draw(waiting).id)
    }
    return this.#optimistic
  }

  /** Removes one random peer from the list, new ones with NEW_PEER_WEIGHT times the chance. */
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
   * Sorts peers by waiting time, longest first. Among those that never had a turn, those with or
   * lacking next to nothing come first: the former can soon share, the latter will soon be done.
   */
  #byWaiting(a: ChokerPeer, b: ChokerPeer): number {
    const first = this.#memory.get(a.id)!.endedMs
    const second = this.#memory.get(b.id)!.endedMs
    if (first !== second) return first - second
    return Math.abs(0.5 - b.progress) - Math.abs(0.5 - a.progress)
  }

  /**
   * Keeps unchoked peers and fills free slots. If more unchoked peers are interested than there are
   * slots, the worst are choked.
   */
  #fill(peers: ChokerPeer[], nowMs: number, { slots, seeding }: ChokeOptions): number[] {
    let holders = peers.filter(peer => peer.unchoked && peer.interested)
    const idle = peers.filter(peer => peer.unchoked && !peer.interested).map(peer => peer.id)
    if (holders.length > slots) {
      const isLucky = (peer: ChokerPeer) => (this.#optimistic.includes(peer.id) ? 1 : 0)
      holders.sort((a, b) => isLucky(b) - isLucky(a) || (seeding ? byTaking(a, b) : byReward(a, b)))
      return [...idle, ...holders.slice(0, slots).map(peer => peer.id)]
    }
    const waiting = peers.filter(peer => !peer.unchoked && peer.interested)
    if (!seeding) {
      // Peers that owe make room at once.
      let asking = waiting.filter(peer => !peer.owes).length - (slots - holders.length)
      holders = holders.filter(peer => !peer.owes || asking-- <= 0)
    }
    const room = slots - holders.length
    const kept = [...idle, ...holders.map(peer => peer.id)]
    if (seeding) {
      waiting.sort((a, b) => this.#byWaiting(a, b))
      return [...kept, ...waiting.slice(0, room).map(peer => peer.id)]
    }
    const rewarded = waiting.filter(earns).sort(byReward).slice(0, room)
    const drawn: ChokerPeer[] = []
    for (const owes of [false, true]) {
      const rest = waiting.filter(peer => peer.owes === owes && !rewarded.includes(peer))
      while (drawn.length < room - rewarded.length && rest.length > 0) drawn.push(this.#draw(rest))
    }
    // They stay until the next rotation.
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

/** Whether it may get a slot for what it sends. */
function earns(peer: ChokerPeer): boolean {
  return peer.downloadBytesPerSecond > 0 && !peer.snubbed && !peer.owes
}

/**
 * BEP 3: the best senders first; among equals, unchoked peers, so that none is choked needlessly.
 */
function byReward(a: ChokerPeer, b: ChokerPeer): number {
  const difference = b.downloadBytesPerSecond - a.downloadBytesPerSecond
  if (difference !== 0) return difference
  return Number(b.unchoked) - Number(a.unchoked)
}

/** The fastest receivers first. */
function byTaking(a: ChokerPeer, b: ChokerPeer): number {
  return b.uploadBytesPerSecond - a.uploadBytesPerSecond
}
