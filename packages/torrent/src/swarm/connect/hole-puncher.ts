import { messageOf, ShoalError } from '../../base/errors.ts'
import { formatHostPort, parseIp, unmapIp } from '../../base/ip.ts'
import { isLocalAddress, isLoopback } from '../../base/local-address.ts'
import { TokenBucket } from '../../base/token-bucket.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import {
  encodeHolepunch,
  HolepunchError,
  type HolepunchMessage,
  parseHolepunch,
} from '../../wire/extensions/ut-holepunch.ts'
import { exchangeableAddress } from '../exchange/peer-exchange.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { OutgoingConnections } from './outgoing-connections.ts'
import type { Candidate, PeerPool } from './peer-pool.ts'

/** Maximum number of addresses for which relays are queried at the same time. */
const MAX_PENDING = 16
/**
 * Maximum number of relays that are queried for one address, one after another, and maximum number
 * of those that do not claim to know it.
 */
const MAX_RELAYS = 3
const MAX_GUESSES = 2
/** Time to wait for a relay's answer. */
const ANSWER_MS = 8000
/** Errors of a dial that a hole may fix: the address did not answer. */
const UNANSWERED: ReadonlySet<unknown> = new Set(['timeout', 'refused', 'unreachable'])
/** RFC 4787, REQ-3: a NAT gives well-known ports only to well-known ports, which no peer has. */
const LEAST_PORT = 1024

/** Limits for one peer: a burst of messages, and then one message per interval. */
const LIMITS = {
  /** Our requests to it: fewer than it may accept. */
  asked: { burst: 10, everySeconds: 6 },
  /** Its requests to us. Those beyond are ignored. */
  asks: { burst: 20, everySeconds: 3 },
  /** Peers to which we, as a relay, introduce it. */
  introduced: { burst: 20, everySeconds: 3 },
  /** Addresses to which it, as a relay, makes us connect. */
  named: { burst: 10, everySeconds: 6 },
}
type Limit = keyof typeof LIMITS

/** A search for a relay. */
interface Rendezvous {
  readonly candidate: Candidate
  readonly asked: Peer[]
  guesses: number
  cancelTimer: () => void
}

export interface HolePuncherOptions {
  readonly swarm: SwarmState
  readonly peers: ReadonlyMap<number, Peer>
  readonly pool: PeerPool
  /** Whether the peer has said that it is connected to the address. */
  canIntroduce(peer: Peer, address: PeerAddress): boolean
  readonly outgoing: OutgoingConnections
}

/**
 * Hole punching in one torrent (BEP 55). Two peers behind NATs cannot dial each other, because a
 * NAT accepts only replies to outgoing packets. A relay, to which both are connected, makes both
 * dial at the same moment over uTP: the packets of each open its own NAT for the other. If both
 * dials succeed, `ConnectionPolicy` keeps one.
 *
 * We ask for a hole when nobody answered a dial, dial when a relay names an address, and are a
 * relay ourselves.
 */
export class HolePuncher {
  readonly #options: HolePuncherOptions
  /** By key of the candidate. */
  readonly #pending = new Map<string, Rendezvous>()
  readonly #limits = new WeakMap<Peer, Partial<Record<Limit, TokenBucket>>>()

  constructor(options: HolePuncherOptions) {
    this.#options = options
  }

  /** An address did not answer: queries peers that may know the peer there, one after another. */
  dialFailed(candidate: Candidate, error: unknown): void {
    const { swarm } = this.#options
    const { address, key } = candidate
    if (!swarm.context.holes.isOn || !(error instanceof ShoalError && UNANSWERED.has(error.code))) return
    if (this.#pending.has(key) || this.#pending.size >= MAX_PENDING) return
    if (address.kind !== undefined || !this.#isPunchable(address)) return
    const rendezvous: Rendezvous = { candidate, asked: [], guesses: 0, cancelTimer: () => {} }
    this.#pending.set(key, rendezvous)
    this.#askNext(rendezvous, 'no relay answers')
  }

  /** A ut_holepunch message. Throws `bad-message`. */
  received(peer: Peer, payload: Uint8Array): void {
    // BEP 55: a peer that could not understand the answer is ignored.
    if (!this.#options.swarm.context.holes.isOn || !peer.extensions.supports('ut_holepunch')) return
    const message = parseHolepunch(payload)
    if (message?.type === 'rendezvous') this.#onRendezvous(peer, message.address)
    else if (message?.type === 'connect') this.#onConnect(peer, message.address)
    else if (message) this.#onError(peer, message)
  }

  stop(): void {
    for (const { cancelTimer } of this.#pending.values()) cancelTimer()
    this.#pending.clear()
  }

  // The requesting side

  #askNext(rendezvous: Rendezvous, problem: string): void {
    const { swarm } = this.#options
    const { address, key } = rendezvous.candidate
    rendezvous.cancelTimer()
    const relay = this.#relayFor(rendezvous)
    if (relay === undefined) {
      this.#pending.delete(key)
      if (rendezvous.asked.length > 0) swarm.events.log(`no hole to ${key}: ${problem}`)
      return
    }
    rendezvous.asked.push(relay)
    swarm.context.holes.asked(address)
    send(relay, { type: 'rendezvous', address })
    rendezvous.cancelTimer = swarm.clock.after(ANSWER_MS, () => this.#askNext(rendezvous, 'no relay answers'))
  }

  /** Returns the next peer to query, starting with those that reported the address to us. */
  #relayFor(rendezvous: Rendezvous): Peer | undefined {
    const { peers, canIntroduce } = this.#options
    const { candidate, asked } = rendezvous
    if (asked.length >= MAX_RELAYS || candidate.state === 'connected') return undefined
    const isAble = (peer: Peer) =>
      peer.extensions.supports('ut_holepunch') &&
      !asked.includes(peer) &&
      isSameNetwork(peer, candidate.address) &&
      this.#isWithin('asked', peer)
    const others: Peer[] = []
    for (const peer of peers.values()) {
      if (!canIntroduce(peer, candidate.address)) others.push(peer)
      else if (isAble(peer)) return peer
    }
    if (rendezvous.guesses >= MAX_GUESSES) return undefined
    rendezvous.guesses++
    return others.find(isAble)
  }

  #onError(relay: Peer, { address, code }: HolepunchMessage & { type: 'error' }): void {
    const rendezvous = this.#pending.get(formatHostPort(address.host, address.port))
    if (rendezvous?.asked.at(-1) !== relay) return
    const name = Object.entries(HolepunchError).find(([, value]) => value === code)?.[0] ?? `error ${code}`
    this.#askNext(rendezvous, `${relay.address} answers ${name}`)
  }

  // Both ends of the hole

  #onConnect(relay: Peer, address: PeerAddress): void {
    const { swarm, pool, outgoing } = this.#options
    const { context, torrent } = swarm
    const key = formatHostPort(address.host, address.port)
    const rendezvous = this.#pending.get(key)
    if (rendezvous?.asked.includes(relay)) {
      rendezvous.cancelTimer()
      this.#pending.delete(key)
    }
    if (!this.#isPunchable(address) || !isSameNetwork(relay, address)) return
    if (pool.isBanned(address.host) || context.isBlocked(address.host)) return
    // BEP 27: a private torrent connects only to peers from its trackers.
    if (torrent.isPrivate && !pool.find(address)) return
    if (this.#isConnected(address) || !outgoing.mayDial || !this.#isWithin('named', relay)) return
    if (context.holes.admit(address)) void this.#punch(address, relay)
  }

  async #punch(address: PeerAddress, relay: Peer): Promise<void> {
    const { swarm, pool, outgoing } = this.#options
    const isNew = pool.add([address], 'pex') > 0
    const candidate = pool.find(address)
    if (!candidate) return
    const error = await outgoing.dial(candidate, { ...address, kind: 'utp' })
    if (!error || candidate.state === 'connected') return
    // Only a relay, which may lie, knows this address.
    if (isNew) pool.remove(candidate)
    swarm.events.log(`no hole to ${candidate.key} through ${relay.address}: ${messageOf(error)}`)
  }

  #isConnected({ host, port }: PeerAddress): boolean {
    const { peers, pool } = this.#options
    if (pool.find({ host, port })?.state === 'connected') return true
    return [...peers.values()].some(({ link: { connection } }) => isAt(connection.remote, { host, port }))
  }

  // The relay

  #onRendezvous(peer: Peer, address: PeerAddress): void {
    const own = exchangeableAddress(peer)
    if (!own || !this.#isWithin('asks', peer)) return
    const target = this.#find(address)
    const code = this.#refusal(peer, address, target)
    if (code !== null) return send(peer, { type: 'error', address, code })
    send(peer, { type: 'connect', address: exchangeableAddress(target!) ?? address })
    send(target!, { type: 'connect', address: own })
  }

  #refusal(peer: Peer, address: PeerAddress, target: Peer | undefined): number | null {
    if (this.#options.swarm.context.ownAddresses.isOurs(address)) return HolepunchError.noSelf
    if (target === peer || !isSane(address)) return HolepunchError.noSuchPeer
    // Peers of the local network cannot reach those on the internet by these addresses, and vice
    // versa.
    if (!target || !isSameNetwork(target, peer.link.connection.remote)) return HolepunchError.notConnected
    if (!target.extensions.supports('ut_holepunch')) return HolepunchError.noSupport
    return this.#isWithin('introduced', target) ? null : HolepunchError.notConnected
  }

  /** Returns the peer at an address, or the one that claims to listen there. */
  #find(address: PeerAddress): Peer | undefined {
    const peers = [...this.#options.peers.values()]
    return (
      peers.find(({ link }) => isAt(link.connection.remote, address)) ??
      peers.find(peer => {
        const listening = exchangeableAddress(peer)
        return listening !== null && isAt(listening, address)
      })
    )
  }

  #isPunchable(address: PeerAddress): boolean {
    return isSane(address) && !this.#options.swarm.context.ownAddresses.isOurs(address)
  }

  /** Whether a message is within the peer's limit; counts it. */
  #isWithin(limit: Limit, peer: Peer): boolean {
    const nowMs = this.#options.swarm.clock.nowMs()
    const buckets = this.#limits.get(peer) ?? {}
    this.#limits.set(peer, buckets)
    const { burst, everySeconds } = LIMITS[limit]
    buckets[limit] ??= new TokenBucket(1 / everySeconds, burst, nowMs)
    return buckets[limit].take(1, nowMs)
  }
}

function send(peer: Peer, message: HolepunchMessage): void {
  peer.extensions.send('ut_holepunch', encodeHolepunch(message))
}

function isAt(a: PeerAddress, b: PeerAddress): boolean {
  return a.host === b.host && a.port === b.port
}

/**
 * Whether both are on this machine, in the local network, or on the internet: a peer's addresses
 * in other networks are useless, or an attack.
 */
function isSameNetwork(peer: Peer, { host }: PeerAddress): boolean {
  const { remote, dialableAddress } = peer.link.connection
  if (dialableAddress === null || isLoopback(remote.host) !== isLoopback(host)) return false
  return isLocalAddress(remote.host) === isLocalAddress(host)
}

/** Whether a peer may be there: a single machine, and a port that peers use. */
function isSane({ host, port }: PeerAddress): boolean {
  const parsed = parseIp(host)
  const ip = parsed && unmapIp(parsed)
  if (!ip || port < LEAST_PORT) return false
  // Unspecified, multicast (RFC 5771, RFC 4291) and reserved (RFC 1112) addresses.
  if (ip.length === 4) return ip[0]! > 0 && ip[0]! < 224
  return ip[0] !== 0xff && ip.some(byte => byte > 0)
}
