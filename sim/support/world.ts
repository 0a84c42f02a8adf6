import { createHash } from 'node:crypto'
import {
  type AddOptions,
  Session,
  type SessionOptions,
  ShoalError,
  type Torrent,
  type TorrentSource,
} from '@shoal/torrent'
import { type Random, seededRandom, shuffle } from '../../packages/torrent/src/base/random.ts'
import { VirtualClock } from '../../packages/torrent/src/base/virtual-clock.ts'
import type { TestTorrent } from '../../packages/torrent/src/swarm/testing/test-torrent.ts'
import { MemoryDatagramNetwork } from '../../packages/torrent/src/transport/memory-datagram.ts'
import type { MemoryNat, NatOptions } from '../../packages/torrent/src/transport/memory-nat.ts'
import { MemoryNetwork } from '../../packages/torrent/src/transport/memory-transport.ts'
import type { DatagramLink } from '../../packages/torrent/src/transport/memory-wire.ts'
import type { TransportServices } from '../../packages/torrent/src/transport/services.ts'
import type { Transport } from '../../packages/torrent/src/transport/transport.ts'
import { UtpTransport } from '../../packages/torrent/src/transport/utp/utp-transport.ts'
import { sharedStorage } from './shared-storage.ts'

const PORT = 6881
/** Number of peers that a new host initially learns, as from a tracker. */
const FIRST_PEERS = 30

export interface HostOptions {
  /** Whether it is a seed from the start. */
  seed?: boolean
  link?: DatagramLink
  /**
   * `stream` is an idealized lossless TCP; uTP sends datagrams. Default stream. `both`: uTP first.
   */
  transport?: 'stream' | 'utp' | 'both'
  /** The NAT that it is behind. Over `stream`, others then cannot connect to it. */
  nat?: MemoryNat
  session?: SessionOptions
  /** Source of the torrent. Default: its metainfo. */
  source?: TorrentSource
  add?: AddOptions
  /** Addresses that it initially learns. Default: some of the hosts that joined before. */
  peers?: readonly string[]
}

/** One client of the simulated swarm. */
export interface Host {
  readonly address: string
  readonly ip: string
  readonly session: Session
  readonly torrent: Torrent
  /** In virtual milliseconds. */
  readonly joinedMs: number
  completeMs: number | null
  gone: boolean
}

/** A swarm in virtual time. The same seed gives the same events at the same times. */
export class World {
  readonly clock = new VirtualClock()
  readonly random: Random
  readonly network = new MemoryNetwork({ clock: this.clock })
  readonly datagrams: MemoryDatagramNetwork
  readonly torrent: TestTorrent
  readonly hosts: Host[] = []
  /** All events, one per line. */
  readonly log: string[] = []
  readonly #seed: number
  #addresses: string[] = []
  /** Number of sessions and other peers so far. */
  #machines = 0
  #nats = 0

  constructor(torrent: TestTorrent, seed: number) {
    this.torrent = torrent
    this.random = seededRandom(seed)
    this.datagrams = new MemoryDatagramNetwork({ clock: this.clock, random: this.random, latencyMs: 0 })
    this.#seed = seed
  }

  /** Adds a NAT with its own public address. */
  nat(options: NatOptions): MemoryNat {
    return this.datagrams.nat(`81.0.0.${++this.#nats}`, options)
  }

  /** Reserves an IP address for a peer that is not a session. */
  reserve(): string {
    const number = ++this.#machines
    const ip = `80.0.${number >> 8}.${number & 255}`
    this.#addresses.push(`${ip}:${PORT}`)
    return ip
  }

  #privateAddress(): string {
    const number = ++this.#machines
    return `10.0.${number >> 8}.${number & 255}`
  }

  /** Opens a session and adds the torrent, with the addresses of some earlier hosts. */
  async join(options: HostOptions = {}): Promise<Host> {
    const known = shuffle([...this.#addresses], this.random).slice(0, FIRST_PEERS)
    const ip = options.nat ? this.#privateAddress() : this.reserve()
    const number = this.#machines
    const { link = {}, nat, transport = 'stream' } = options
    const session = await Session.open(
      { port: PORT, dht: false, lsd: false, trackers: false, encryption: 'plain', ...options.session },
      {
        clock: this.clock,
        random: seededRandom(this.#seed * 1000 + number),
        createTransports: services => this.#transports(transport, ip, options, services),
        openDatagram:
          transport === 'stream'
            ? unreachable
            : this.datagrams.host({ 4: ip }, { link, ...(nat && { nat }) }),
        httpGet: unreachable,
        resolveHost: async host => [{ host, family: 4 }],
        createMemoryStorage: () => sharedStorage(this.torrent, options.seed ?? false),
      },
    )
    const torrent = await session.add(options.source ?? this.torrent.metainfo, {
      memory: true,
      trusted: options.seed ?? false,
      peers: options.peers ?? known,
      ...options.add,
    })
    const joinedMs = this.clock.nowMs()
    const host: Host = {
      address: `${ip}:${PORT}`,
      ip,
      session,
      torrent,
      joinedMs,
      completeMs: options.seed ? joinedMs : null,
      gone: false,
    }
    this.#watch(host)
    this.hosts.push(host)
    // Hosts do not start at exactly the same time.
    await this.clock.advance(1 + this.random.below(40))
    return host
  }

  #transports(
    kind: HostOptions['transport'],
    ip: string,
    { link, nat }: HostOptions,
    services: TransportServices,
  ): Transport[] {
    const utp = kind === 'stream' ? [] : [new UtpTransport(services)]
    if (kind === 'utp') return utp
    const stream = this.network.transport(ip, link)
    return [...utp, nat ? dialOnly(stream) : stream]
  }

  #watch(host: Host): void {
    const { torrent, ip } = host
    const note = (what: string) => this.log.push(`${this.clock.nowMs().toFixed(3)} ${ip} ${what}`)
    torrent.on('piece', piece => note(`piece ${piece}`))
    torrent.on('state', state => note(state))
    torrent.on('error', error => note(`error ${error.message}`))
    torrent.on('log', line => note(line))
    torrent.on('complete', () => {
      host.completeMs ??= this.clock.nowMs()
    })
  }

  /** Closes the host's session. */
  async leave(host: Host): Promise<void> {
    host.gone = true
    await host.session.close()
  }

  /** Disconnects the host from the network without notice to its peers. */
  async vanish(host: Host): Promise<void> {
    this.network.unplug(host.ip)
    this.datagrams.unplug(host.ip)
    await this.leave(host)
  }

  /**
   * Runs until the condition holds. Throws with the state of the swarm if it does not within
   * `limitMs`.
   */
  async until(what: string, condition: () => boolean, limitMs: number): Promise<void> {
    if (await this.clock.until(condition, limitMs)) return
    const states = this.hosts.map(({ ip, torrent, gone }) => {
      const { state, progress, peers, error } = torrent.stats
      return gone ? '' : `\n${ip} ${state} ${(progress * 100).toFixed(1)} % of ${peers} peers ${error ?? ''}`
    })
    throw new Error(`${what}: not within ${limitMs / 1000} virtual seconds${states.join('')}`)
  }

  /** Runs until all hosts that have not left are complete. */
  async complete(limitMs: number): Promise<void> {
    await this.until(
      'completion',
      () => this.hosts.every(host => host.gone || host.completeMs !== null),
      limitMs,
    )
  }

  get trace(): string {
    return createHash('sha1').update(this.log.join('\n')).digest('hex')
  }

  async close(): Promise<void> {
    await Promise.all(this.hosts.map(({ session }) => session.close()))
  }
}

/** The same transport without listening. */
function dialOnly(transport: Transport): Transport {
  return {
    kind: transport.kind,
    canDial: address => transport.canDial(address),
    dial: (address, options) => transport.dial(address, options),
    listen: async ({ port }) => ({ port, close: async () => {} }),
    close: () => transport.close(),
  }
}

async function unreachable(): Promise<never> {
  throw new ShoalError('unreachable', 'Not available in a simulation')
}

/** Jain's fairness index: 1 if all values are equal, 1/n if one has everything. */
export function fairness(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  const squares = values.reduce((total, value) => total + value * value, 0)
  return (sum * sum) / (values.length * squares)
}
