/** A network of DHT nodes in virtual time, for tests and simulations. */

import { compareDistance, latin1, type Random, seededRandom, sharedBits } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import type { ReportMisconduct } from '../../misconduct.ts'
import { type Contact, keyOf } from '../contact.ts'
import type { KadNetwork } from '../kad-network.ts'
import { KadNode } from '../kad-node.ts'
import { NetworkSize } from '../network-size.ts'
import { K } from '../routing-table.ts'

/** Lookups from which the size of the network is estimated. */
const SIZE_SAMPLES = 15

export interface SimNode {
  readonly kad: KadNode
  readonly contact: Contact
  online: boolean
  /** Replaces the node's response, to simulate a hostile node. */
  respond?: (from: Contact, message: Uint8Array) => Uint8Array | null
  /** Responds to messages of `/shoal/index/1`; a node without it does not speak that. */
  respondIndex?: (from: Contact, message: Uint8Array) => Uint8Array
}

export interface SimNetworkOptions {
  readonly seed: number
  /** One-way delay of a message. Default 40 ms. */
  readonly latencyMs?: number
  /** Whether all nodes know the size of the network, as after an hour. */
  readonly knowsSize?: boolean
  readonly onMisconduct?: ReportMisconduct
}

/** Nodes at random public IPv4 addresses. A multiaddr is `/ip4/…` in bytes: 4, then the address. */
export class SimNetwork {
  readonly clock = new VirtualClock()
  readonly random: Random
  readonly nodes: SimNode[] = []
  /** Requests sent so far. */
  messages = 0
  readonly #byAddress = new Map<string, SimNode>()
  #sorted: readonly SimNode[] = []
  /** Nodes whose table has not been filled yet, with their place in the sorted order. */
  readonly #unfilled = new Map<SimNode, number>()
  /** Pairs of nodes that have been connected. */
  readonly #met = new Set<string>()
  readonly #latencyMs: number
  readonly #size: NetworkSize | null
  readonly #onMisconduct: ReportMisconduct

  constructor({ seed, latencyMs = 40, knowsSize = false, onMisconduct = () => {} }: SimNetworkOptions) {
    this.#onMisconduct = onMisconduct
    this.random = seededRandom(seed)
    this.#size = knowsSize ? new NetworkSize() : null
    this.#latencyMs = latencyMs
  }

  /** Adds a node. `ip` and `id`: for nodes that choose them. */
  add(ip = this.#publicIp(), id = this.#peerId()): SimNode {
    const addresses = [Uint8Array.of(4, ...ip)]
    const contact: Contact = { id, key: keyOf(id), addresses, ip }
    const kad = new KadNode({
      id,
      network: this.#networkOf(contact),
      clock: this.clock,
      random: this.random,
      ownAddresses: () => addresses,
      ...(this.#size ? { size: this.#size } : {}),
      onMisconduct: this.#onMisconduct,
    })
    const use = () => this.#fill(node)
    const node: SimNode = {
      contact,
      online: true,
      get kad() {
        use()
        return kad
      },
    }
    this.nodes.push(node)
    this.#byAddress.set(`${latin1(ip)} ${latin1(id)}`, node)
    return node
  }

  /** Returns a node's network for `/shoal/index/1`. */
  indexNetwork({ contact }: SimNode): KadNetwork {
    return this.#networkOf(contact, (target, from, message) => {
      if (target.respondIndex) return target.respondIndex(from, message)
      throw Object.assign(new Error('The node does not speak this protocol'), { code: 'unsupported' })
    })
  }

  /**
   * Fills the routing tables to their state after a long time, with nodes drawn at random for each
   * bucket: joining one by one takes minutes for thousands of nodes. A node's table is filled on
   * first use.
   */
  fillTables(): void {
    const origin = new Uint8Array(32)
    this.#sorted = this.nodes.toSorted((a, b) => compareDistance(origin, a.contact.key, b.contact.key))
    for (const [at, node] of this.#sorted.entries()) this.#unfilled.set(node, at)
    for (let sample = 0; this.#size && sample < SIZE_SAMPLES; sample++) {
      const target = this.random.bytes(32)
      const keys = this.nearest(target).map(({ contact }) => contact.key)
      this.#size.add(target, keys)
    }
  }

  /** Runs the clock until `work` is done; throws if that takes more than an hour. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false
    const finished = work.finally(() => {
      done = true
    })
    finished.catch(() => {})
    if (!(await this.clock.until(() => done, 3_600_000))) throw new Error('The work did not end')
    return finished
  }

  /** Returns the online nodes nearest to a key. */
  nearest(key: Uint8Array, count = K): SimNode[] {
    const online = this.nodes.filter(node => node.online)
    return online.sort((a, b) => compareDistance(key, a.contact.key, b.contact.key)).slice(0, count)
  }

  /**
   * Returns a PeerId whose key shares at least `bits` bits with `key`: an attacker can generate
   * many.
   */
  identityNear(key: Uint8Array, bits: number): Uint8Array {
    for (;;) {
      const id = this.#peerId()
      if (sharedBits(keyOf(id), key) >= bits) return id
    }
  }

  #fill(node: SimNode): void {
    const at = this.#unfilled.get(node)
    if (at === undefined) return
    this.#unfilled.delete(node)
    // In sorted order, the nodes that share the first bits of a key are neighbors.
    let [low, high] = [0, this.#sorted.length]
    for (let depth = 0; high - low > 1; depth++) {
      const middle = this.#split(low, high, depth)
      const [from, to] = at < middle ? [middle, high] : [low, middle]
      for (let i = 0; i < Math.min(K, to - from); i++) {
        const other = to - from <= K ? from + i : from + this.random.below(to - from)
        node.kad.discovered(this.#sorted[other]!.contact)
      }
      if (at < middle) high = middle
      else low = middle
    }
  }

  /** Returns the index of the first of the nodes that share `depth` bits whose next bit is 1. */
  #split(low: number, high: number, depth: number): number {
    let [from, to] = [low, high]
    while (from < to) {
      const middle = (from + to) >>> 1
      const bit = this.#sorted[middle]!.contact.key[depth >>> 3]! & (0x80 >>> (depth & 7))
      if (bit) to = middle
      else from = middle + 1
    }
    return from
  }

  #networkOf(
    own: Contact,
    respond = (target: SimNode, from: Contact, message: Uint8Array) =>
      target.respond ? target.respond(from, message) : target.kad.handle(from.id, from.ip, message),
  ): KadNetwork {
    const self = (message: Uint8Array) => {
      const node = this.#byAddress.get(`${latin1(own.addresses[0]!.subarray(1))} ${latin1(own.id)}`)!
      return { bytes: respond(node, own, message), ip: null }
    }
    const deliver = async (contact: Contact, message: Uint8Array, signal: AbortSignal) => {
      if (contact.id === own.id) return self(message)
      this.messages++
      await this.#travel(signal)
      const ip = contact.addresses[0]?.subarray(1) ?? null
      const target = ip && this.#byAddress.get(`${latin1(ip)} ${latin1(contact.id)}`)
      if (!target?.online)
        return new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      // A connection tells both ends about each other (libp2p: identify).
      if (!this.#met.has(`${latin1(own.id)} ${latin1(contact.id)}`)) {
        this.#met.add(`${latin1(own.id)} ${latin1(contact.id)}`)
        target.kad.discovered(own)
      }
      const response = respond(target, own, message)
      await this.#travel(signal)
      return { bytes: response, ip }
    }
    return {
      async request(contact, message, signal) {
        const { bytes, ip } = await deliver(contact, message, signal)
        if (!bytes) throw new Error('There is no response')
        return { bytes, ip }
      },
      async send(contact, message, signal) {
        await deliver(contact, message, signal)
      },
      dialable: addresses => {
        const usable = addresses.filter(address => address[0] === 4 && address.length === 5)
        return { addresses: usable, ip: usable[0]?.slice(1) ?? null }
      },
    }
  }

  #travel(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(this.#latencyMs, resolve)
      signal.addEventListener('abort', () => {
        cancel()
        reject(signal.reason)
      })
    })
  }

  #publicIp(): Uint8Array {
    return Uint8Array.of(20 + this.random.below(80), ...this.random.bytes(2), 1 + this.random.below(254))
  }

  /** An Ed25519 PeerId has 38 bytes: an identity multihash of a key in Protocol Buffers. */
  #peerId(): Uint8Array {
    return Uint8Array.of(0, 36, 8, 1, 18, 32, ...this.random.bytes(32))
  }
}
