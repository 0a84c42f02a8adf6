import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIP } from 'node:net'
import { NETWORK, type NetworkPeer, type NetworkStatus } from '@shoal/api'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { Bootstrap, Host, MappedPort } from '@shoal/network/host'
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import { type IceServer, type InfoHashes, parseIceServer, type Session } from '@shoal/torrent'
import type { PortMapper } from '@shoal/torrent/port-mapping'
import { PRODUCT } from '../../base/version.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { ownStunPort } from '../kernel/own-stun-port.ts'
import { signaledPeers } from '../kernel/signaled-peers.ts'
import type { ReportMisconduct } from '../people/service.ts'
import { cancelLookups, withoutName, withoutNames } from './dns-addresses.ts'
import type { NetworkStore } from './network-store.ts'
import type { Network } from './service.ts'

const KEEP_NODES_MS = 5 * 60_000
const DIAL_MS = 20_000
/** Maximum number of protocols shown per node: it can name any number. */
const MAX_PROTOCOLS = 50

export interface NetworkOptions {
  readonly kernel: Pick<Kernel, 'clock' | 'settings' | 'route' | 'peerHost' | 'log' | 'problems' | 'reach'>
  readonly engine: Session
  readonly store: NetworkStore
  /** Returns whether the IP filter blocks an address. */
  blocks(ip: string): boolean
  readonly onMisconduct: ReportMisconduct
  onChanged(): void
  readonly use: NetworkUse
}

/** How a node takes part in the network. */
export interface NetworkUse {
  /** Milliseconds until it joins. */
  readonly startDelayMs: number
  /** Whether others can connect to it: it then serves the network, too. */
  readonly listens: boolean
  /**
   * Whether its provider records are withdrawn on closing, since it will not return under the same
   * key.
   */
  readonly withdraws: boolean
  /** STUN and TURN servers. Default: those in the settings. */
  readonly iceServers?: readonly IceServer[]
}

/** libp2p takes a second to load, which must not delay the start of a node. */
export const LASTING_USE: NetworkUse = { startDelayMs: 1000, listens: true, withdraws: false }

/** The parts that are open while the network is on. */
interface Open {
  readonly host: Host
  readonly signaled: () => Promise<SignaledPeers | null>
  readonly bootstrap: Bootstrap
  readonly closers: (() => void | Promise<void>)[]
}

type State = Pick<NetworkStatus, 'state' | 'reason' | 'problem'>
const NOTHING_REFUSED = { 'bad-message': 0, forged: 0, replayed: 0, flood: 0, unasked: 0, full: 0 }
const OFF: State = { state: 'off', reason: 'setting', problem: null }

/**
 * The node's host in the Shoal network: opens, closes and reopens according to the settings. Loads
 * libp2p on first use.
 */
export class NodeNetwork implements Network {
  readonly #options: NetworkOptions
  readonly #users = new Set<Parameters<Network['use']>[0]>()
  #state: State = OFF
  #open: Open | null = null
  #work: Promise<void> = Promise.resolve()
  #cancelStart = () => {}
  #isClosed = false

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  get host(): Host | null {
    return this.#open?.host ?? null
  }

  get status(): NetworkStatus {
    const host = this.host
    const relay = host?.libp2p.services.relay
    return {
      ...this.#state,
      id: host?.libp2p.peerId.toString() ?? null,
      addresses: host?.libp2p.getMultiaddrs().map(String) ?? [],
      reachable: host?.isReachable ?? false,
      relaying: relay?.isServing ?? false,
      relayed: relay?.reservations ?? 0,
      connections: host?.libp2p.getConnections().length ?? 0,
      nodes: host?.kad.tableSize ?? 0,
      networkSize: host?.kad.networkSize ?? 0,
      records: host?.kad.storedRecords ?? 0,
      refused: host?.refused ?? NOTHING_REFUSED,
    }
  }

  /** Starts to follow the settings. */
  begin(): void {
    const { kernel } = this.#options
    const { settings, clock } = kernel
    const { startDelayMs } = this.#options.use
    let last = JSON.stringify(wanted(settings.current))
    settings.onChanged(now => {
      this.#open?.bootstrap.searchNow()
      const changed = JSON.stringify(wanted(now))
      if (changed === last) return
      last = changed
      void this.#reopen()
    })
    this.#state = this.#offState() ?? { state: 'starting', reason: null, problem: null }
    if (this.#state.state === 'off' && this.#state.reason !== 'setting')
      kernel.log.info(`the Shoal network is off: it cannot keep to the ${this.#state.reason}`)
    this.#cancelStart = clock.after(startDelayMs, () => void this.#reopen())
  }

  use(onOpen: Parameters<Network['use']>[0]): () => void {
    this.#users.add(onOpen)
    if (this.#open) this.#attach(this.#open, onOpen)
    return () => this.#users.delete(onOpen)
  }

  get mustRun(): Host {
    if (this.#open) return this.#open.host
    const { state, reason, problem } = this.#state
    const why = {
      off: `it is off (${reason === 'setting' ? 'shoal.enabled in the settings' : `it cannot keep to the ${reason}`})`,
      starting: 'it is starting: try again in a few seconds',
      failed: problem ?? '',
      on: '',
    }
    throw new Failure('unsupported', `The Shoal network is not available: ${why[state]}`)
  }

  async findProviders(
    infoHashes: InfoHashes,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const host = this.mustRun
    const [{ findProviders }, { contentKeys }] = await Promise.all([
      import('./lookups.ts'),
      import('@shoal/network'),
    ])
    return findProviders(host, contentKeys(infoHashes), signal)
  }

  async connect(address: string): Promise<NetworkPeer> {
    const { libp2p } = this.mustRun
    const { dialText, identified } = await import('@shoal/network/host')
    const [found] = await withoutName(address)
    const signal = AbortSignal.timeout(DIAL_MS)
    const connection = await dialText(libp2p, found!, signal).catch(error => {
      const { name, message } = error as Error
      const isWrong = name === 'InvalidMultiaddrError' || name === 'InvalidParametersError'
      throw new Failure(
        isWrong ? 'bad-argument' : 'unreachable',
        `cannot connect to ${address}: ${message}`,
        {
          cause: error,
          field: 'address',
        },
      )
    })
    // Wait for its program and protocols. A node without identify stays connected, too.
    await identified(libp2p, connection, signal).catch(() => {})
    const peers = await this.peers()
    this.#options.onChanged()
    const peer = peers.find(({ id }) => id === connection.remotePeer.toString())
    if (!peer) throw new Failure('unreachable', `${address} closed the connection`, { field: 'address' })
    return peer
  }

  /** Returns the connected nodes, each once. */
  async peers(): Promise<NetworkPeer[]> {
    const host = this.host
    if (!host) return []
    const [{ KAD_PROTOCOL }, { keyOf }] = await networkModules()
    const { libp2p } = host
    const peers = new Map<string, NetworkPeer>()
    for (const connection of libp2p.getConnections()) {
      const id = connection.remotePeer.toString()
      if (peers.has(id)) continue
      const known = await libp2p.peerStore.get(connection.remotePeer).catch(() => null)
      const agent = known?.metadata.get('AgentVersion')
      peers.set(id, {
        id,
        address: connection.remoteAddr.toString(),
        incoming: connection.direction === 'inbound',
        relayed: connection.limits !== undefined,
        client: agent ? printable(Buffer.from(agent).toString('utf8')) : null,
        dht: known?.protocols.includes(KAD_PROTOCOL) ?? false,
        protocols: (known?.protocols ?? []).slice(0, MAX_PROTOCOLS).map(printable),
        key: keyPrefix(keyOf(connection.remotePeer.toMultihash().bytes)),
        connectedMs: connection.timeline.open,
      })
    }
    return [...peers.values()]
  }

  /** Returns the positions of this node and of those in its routing table in the key space. */
  async places(): Promise<{ ownKey: string | null; knownKeys: string[] }> {
    const host = this.host
    if (!host) return { ownKey: null, knownKeys: [] }
    const [, { keyOf }] = await networkModules()
    return {
      ownKey: keyPrefix(keyOf(host.libp2p.peerId.toMultihash().bytes)),
      knownKeys: host.kad.contacts().map(({ key }) => keyPrefix(key)),
    }
  }

  /** Replaces the network key. */
  async renewKey(): Promise<NetworkStatus> {
    this.mustRun
    await this.#options.store.renewKey()
    await this.#reopen()
    return this.status
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelStart()
    cancelLookups()
    await this.#work
    await this.#shut()
  }

  /** Makes one change at a time. */
  #reopen(): Promise<void> {
    this.#work = this.#work.then(async () => {
      await this.#shut()
      if (this.#isClosed) return
      const off = this.#offState()
      this.#state = off ?? { state: 'starting', reason: null, problem: null }
      const { kernel } = this.#options
      if (!off) {
        try {
          this.#open = await this.#start()
          this.#state = { state: 'on', reason: null, problem: null }
          for (const onOpen of this.#users) this.#attach(this.#open, onOpen)
        } catch (error) {
          this.#state = { state: 'failed', reason: null, problem: describeFailure(error).message }
        }
      }
      const { problem } = this.#state
      kernel.problems.tell('the Shoal network', problem && `the Shoal network is not available: ${problem}`)
      this.#options.onChanged()
    })
    return this.#work
  }

  #offState(): State | null {
    const { route, settings } = this.#options.kernel
    // libp2p opens its own connections, which would bypass a proxy or an interface.
    if (route) return { ...OFF, reason: settings.current.network.proxy !== null ? 'proxy' : 'interface' }
    return settings.current.shoal.enabled ? null : OFF
  }

  async #start(): Promise<Open> {
    const { kernel, engine, store, blocks, onMisconduct, use } = this.#options
    const { listens } = use
    const { clock, settings } = kernel
    const libp2p = await import('@shoal/network/host')
    const { announceStun, Bootstrap, createCertificate, KnownStun, knownNodes, openHost, pagePeers } = libp2p
    const { Libp2pTransport } = await import('@shoal/network/transport')
    const { systemRandom } = await import('@shoal/torrent/base')
    const { seed, certificate } = await store.secrets(() => createCertificate(Date.now()))
    const { shoal, network } = settings.current
    const open = (port: number) =>
      openHost({
        ...{ seed, certificate, blocks, clock, random: systemRandom },
        listen: listens ? listenAddresses(kernel.peerHost, port, network.webrtc) : [],
        viaRelays: listens,
        relay: shoal.relay,
        onMisconduct: (id, ip) => onMisconduct(id, ip),
        userAgent: PRODUCT.replace(' ', '/'),
      })
    // The default port was not explicitly set: if it is taken, use a free one.
    const isAsked = settings.fixed.includes('shoal.port')
    const isFree = shoal.port === 0 || (await isPortFree(kernel.peerHost, shoal.port))
    if (!isFree && isAsked)
      throw new Failure('address-in-use', `another program uses port ${shoal.port}: choose another`)
    const host = await open(isFree ? shoal.port : 0)
    const closers: Open['closers'] = []
    try {
      const port = listens ? tcpPort(host) : 0
      const mapper = listens && network.portMapping ? await this.#mapPort(host, port) : null
      if (mapper) closers.push(() => mapper.close())
      const meetingPort = () => {
        const mapped = mapper?.endpoints.find(({ transport }) => transport === 'tcp')
        // Do not announce if the node is known to be unreachable.
        const isKnownClosed = !host.isReachable && engine.stats.externalAddresses.ipv4 !== null
        return isKnownClosed ? 0 : (mapped?.port ?? port)
      }
      const stunPort = () => ownStunPort({ settings, session: engine }, host.isDirect || undefined) ?? 0
      closers.push(await announceStun(host.libp2p, stunPort))
      const stun = new KnownStun(host.libp2p)
      closers.push(() => stun.close())
      const bootstrap = new Bootstrap({
        ...{ host, clock, random: systemRandom },
        nodes: async () => [...(await withoutNames(settings.current.shoal.nodes)), ...store.nodes()],
        findPeers: async (onPeers, signal) => {
          await engine.meetInDht(libp2p.RENDEZVOUS, { port: meetingPort(), onPeers, signal })
        },
      })
      bootstrap.start()
      closers.push(() => bootstrap.close())
      const { Hubs } = await import('./hubs.ts')
      const hubs = new Hubs({
        ...{ clock, random: systemRandom, rendezvous: libp2p.RENDEZVOUS, port: meetingPort },
        needsNodes: () => bootstrap.needsNodes,
        onPeers: peers => bootstrap.addPeers(peers),
      })
      const { LocalNetwork } = await import('./local-network.ts')
      const local = new LocalNetwork({
        ...{ clock, random: systemRandom, rendezvous: libp2p.RENDEZVOUS, port },
        onPeers: peers => bootstrap.addPeers(peers),
      })
      const follow = ({ network } = settings.current) => {
        hubs.follow(network.shareTrackers)
        local.follow(listens && network.lsd)
      }
      follow()
      closers.push(
        settings.onChanged(follow),
        () => hubs.close(),
        () => local.close(),
      )
      if (shoal.ipfs) {
        const publicNodes = new libp2p.PublicNodes({
          ...{ host, clock, random: systemRandom },
          nodes: () => withoutNames(settings.current.shoal.ipfsNodes),
          needsNodes: () => bootstrap.needsNodes,
          isOpen: () => meetingPort() > 0,
          onNodes: addresses => bootstrap.addAddresses(addresses),
        })
        publicNodes.start()
        closers.push(() => publicNodes.close())
      }
      const keep = () => {
        if (host.kad.tableSize > 0) store.keepNodes(knownNodes(host.kad.contacts()))
      }
      closers.push(every(clock, KEEP_NODES_MS, keep), keep)
      const given = use.iceServers ?? network.iceServers.map(parseIceServer)
      const iceServers = () => [...given, ...stun.urls.map(urls => ({ urls }))]
      const signaled = async () => (network.webrtc ? signaledPeers(kernel, iceServers) : null)
      closers.push(await engine.addTransport(new Libp2pTransport(host.libp2p, await signaled())))
      closers.push(
        kernel.reach.pagePeers.fill(NETWORK.name, () => pagePeers(host.libp2p)),
        kernel.reach.shoalNetwork.fill(NETWORK.name, () => ({ port, reachable: host.isReachable })),
      )
      return { host, signaled, bootstrap, closers }
    } catch (error) {
      for (const close of closers.reverse()) await close()
      await host.close()
      throw error
    }
  }

  async #mapPort(host: Host, port: number): Promise<PortMapper | null> {
    const { kernel, engine } = this.#options
    const { openPortMapper } = await import('@shoal/torrent/port-mapping')
    const mapper: PortMapper | null = openPortMapper({
      host: kernel.peerHost,
      ports: { tcp: port, udp: port },
      onChange: () => {
        const { ipv4, ipv6 } = engine.stats.externalAddresses
        const ports = (mapper?.endpoints ?? []).flatMap(({ address, family, ...rest }): MappedPort[] => {
          const outside = address ?? (family === 4 ? ipv4 : ipv6)
          return outside === null ? [] : [{ ...rest, address: outside }]
        })
        host.setMapped(ports)
        this.#options.onChanged()
      },
    })
    return mapper
  }

  #attach({ host, signaled, closers }: Open, onOpen: Parameters<Network['use']>[0]): void {
    const close = onOpen(host, signaled)
    if (close) closers.push(close)
  }

  async #shut(): Promise<void> {
    const open = this.#open
    this.#open = null
    if (!open) return
    for (const close of open.closers.reverse())
      try {
        await close()
      } catch (error) {
        this.#options.kernel.log.warn(`the Shoal network: ${describeFailure(error).message}`)
      }
    await open.host.close()
  }
}

/** Returns the settings whose change requires a new host. */
function wanted({ shoal, network }: Kernel['settings']['current']) {
  const { enabled, port, relay, ipfs } = shoal
  const { portMapping, webrtc, iceServers } = network
  return { enabled, port, relay, ipfs, portMapping, webrtc, iceServers }
}

/** WebRTC reports a taken port where the error cannot be caught, so check it first. */
async function isPortFree(host: string | undefined, port: number): Promise<boolean> {
  const server = createServer()
  const socket = createSocket(host !== undefined && isIP(host) === 6 ? 'udp6' : 'udp4')
  try {
    await Promise.all([
      once(server.listen({ port, ...(host !== undefined && { host }) }), 'listening'),
      once(socket.bind({ port, ...(host !== undefined && { address: host }) }), 'listening'),
    ])
    return true
  } catch {
    return false
  } finally {
    await Promise.allSettled([
      new Promise(resolve => server.close(resolve)),
      new Promise<void>(resolve => {
        // A socket that failed to bind is already closed.
        try {
          socket.close(resolve)
        } catch {
          resolve()
        }
      }),
    ])
  }
}

function listenAddresses(peerHost: string | undefined, port: number, webrtc: boolean): string[] {
  const hosts = peerHost === undefined ? ['0.0.0.0', '::'] : [peerHost]
  return hosts.flatMap(host => {
    const ip = `/${isIP(host) === 6 ? 'ip6' : 'ip4'}/${host}`
    const socketPort = port === 0 ? 0 : port + 1
    return [
      `${ip}/tcp/${port}`,
      `${ip}/tcp/${socketPort}/ws`,
      ...(webrtc ? [`${ip}/udp/${port}/webrtc-direct`] : []),
    ]
  })
}

function tcpPort({ libp2p }: Host): number {
  const [, port] = libp2p.getMultiaddrs().flatMap(each => /\/tcp\/(\d+)\/p2p\//.exec(each.toString()) ?? [])
  return Number(port)
}

function every(clock: Kernel['clock'], ms: number, work: () => void): () => void {
  let cancel = () => {}
  const schedule = () => {
    cancel = clock.after(ms, () => {
      work()
      schedule()
    })
  }
  schedule()
  return () => cancel()
}

/** Loads modules that need libp2p, which is loaded once the network is on. */
function networkModules() {
  return Promise.all([import('@shoal/network/host'), import('@shoal/network')])
}

function keyPrefix(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 4)).toString('hex')
}

/** Removes unprintable characters from a name that a stranger chose. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 100)
}
