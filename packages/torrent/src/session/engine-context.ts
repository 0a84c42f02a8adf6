import { ExternalAddresses } from '#external-addresses'
import { OwnPorts } from '#own-ports'
import { PunchedHoles } from '#punched-holes'
import { SharedDatagrams } from '#shared-datagrams'
import { resolveTracker } from '#tracker-names'
import type { EncryptionPolicy } from '../api.ts'
import { isLocalAddress } from '../base/local-address.ts'
import { settleAll, throwFirst } from '../base/settle-all.ts'
import type { LoadRecognition, Recognition } from '../recognition-api.ts'
import type { AddressFilter, SessionOptions, SessionSettings } from '../session-api.ts'
import type { ResumeStore } from '../storage/record/resume-store.ts'
import { BlockCache } from '../swarm/pieces/block-cache.ts'
import { PieceMemory } from '../swarm/pieces/piece-memory.ts'
import type { SwarmSettings } from '../swarm/swarm-context.ts'
import type { HttpRanges } from '../transport/http/http-ranges.ts'
import type { ResolveHost } from '../transport/resolve.ts'
import type { Transport } from '../transport/transport.ts'
import { TransportSet } from '../transport/transport-set.ts'
import { generatePeerId } from '../wire/peer-id.ts'
import { ActiveTorrents } from './active-torrents.ts'
import { ClassLimits } from './class-limits.ts'
import type { SessionContext } from './context.ts'
import type { Discoveries } from './discoveries.ts'
import { type Environment, sessionTransports } from './environment.ts'
import { PeerConnector } from './peer-connector.ts'
import { SessionStorage } from './session-storage.ts'

const DEFAULTS: EngineSettings = {
  encryption: 'prefer',
  ipFilter: null,
  filterTrackers: false,
  pex: true,
  uploadSlots: 8,
  maxPeersPerTorrent: 100,
  maxConnections: 500,
}
/**
 * Maximum number of connections to one torrent from one public IP address: several users may share
 * it behind a router.
 */
const MAX_PER_PUBLIC_HOST = 3
/** Memory for blocks that were read to be sent. */
const CACHE_BYTES = 32 * 1024 * 1024

/** The settings of a session that its torrents and connections obey. */
export interface EngineSettings extends SwarmSettings {
  readonly encryption: EncryptionPolicy
  readonly ipFilter: AddressFilter | null
  readonly filterTrackers: boolean
  readonly maxConnections: number
}

/**
 * Everything that the torrents of a session share, made from the session's options and its
 * environment.
 */
export class EngineContext implements SessionContext {
  readonly clock: Environment['clock']
  readonly random: Environment['random']
  readonly cache = new BlockCache({ maxBytes: CACHE_BYTES })
  readonly memory = new PieceMemory()
  readonly active: ActiveTorrents
  readonly peerId: Uint8Array
  readonly userAgent: string
  /** Whether nothing that is sent may reveal who we are. */
  readonly isAnonymous: boolean
  settings: EngineSettings
  readonly limits: ClassLimits
  readonly transports: TransportSet
  /** The transport that can be turned off; null if there is none. */
  readonly utp: Transport | null
  /** The UDP ports that the DHT and transports share. */
  readonly datagrams: SharedDatagrams
  readonly ports = new OwnPorts()
  readonly ownAddresses: ExternalAddresses
  readonly holes: PunchedHoles
  readonly recognition: Recognition | LoadRecognition | undefined
  // Set while the session opens.
  resume: ResumeStore | null = null
  discoveries: Discoveries | null = null
  /**
   * Payload bytes and number of peers blocked by the IP filter since the session was opened, and
   * current connections of all torrents.
   */
  readonly counts = { downloadedBytes: 0, uploadedBytes: 0, blockedPeers: 0, connections: 0 }
  readonly #environment: Environment
  readonly storage: SessionStorage
  readonly connector: PeerConnector

  constructor(options: SessionOptions, environment: Environment) {
    const { clock, random } = environment
    this.clock = clock
    this.random = random
    const { route } = environment
    this.isAnonymous = route?.isAnonymous ?? false
    this.peerId = generatePeerId(random, this.isAnonymous)
    this.userAgent = this.isAnonymous ? '' : (options.userAgent ?? 'Shoal/0.1.0')
    this.settings = changedSettings(DEFAULTS, options)
    this.limits = new ClassLimits(clock, options.limits ?? {})
    this.#environment = environment
    this.storage = new SessionStorage(environment)
    this.datagrams = new SharedDatagrams(environment.openDatagram)
    const services = { clock, random, datagrams: this.datagrams }
    const transports = sessionTransports(environment, services)
    this.utp = transports.find(({ kind }) => kind === 'utp') ?? null
    this.transports = new TransportSet(clock, transports)
    if (options.utp === false && this.utp) this.transports.remove(this.utp)
    this.active = new ActiveTorrents(clock)
    const { peerId, utp, isAnonymous } = this
    this.ownAddresses = new ExternalAddresses({
      port: host => this.ports.for(host),
      isAnonymous,
      clock,
    })
    this.holes = new PunchedHoles({ clock, isAnonymous, utp, transports: this.transports })
    this.recognition = options.recognition
    this.connector = new PeerConnector({
      ...{ clock, random, transports: this.transports, peerId },
      policy: () => this.settings.encryption,
      dht: () => this.dhtPort > 0,
      mayConnect: () => this.hasRoom && !this.routeFails,
      isBlocked: host => this.isBlocked(host),
      onDial: address => this.holes.dialed(address),
    })
  }

  get dhtPort(): number {
    // Our node is unreachable behind a strict proxy.
    return this.isAnonymous ? 0 : (this.discoveries?.dhtPort ?? 0)
  }

  /** Whether another connection fits the session's limit. */
  get hasRoom(): boolean {
    return this.counts.connections + this.connector.halfOpen < this.settings.maxConnections
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.counts.downloadedBytes += downloaded
    this.counts.uploadedBytes += uploaded
  }

  maxPeersPerHost(host: string): number {
    return isLocalAddress(host) ? this.settings.maxPeersPerTorrent : MAX_PER_PUBLIC_HOST
  }

  isBlocked(host: string): boolean {
    if (!this.settings.ipFilter?.has(host)) return false
    this.counts.blockedPeers++
    return true
  }

  /** Whether nothing can be transferred because the session's route does not work. */
  get routeFails(): boolean {
    return (this.#environment.route?.health.problem ?? null) !== null
  }

  openHttpRanges(): HttpRanges {
    return this.#environment.openHttpRanges({ userAgent: this.userAgent })
  }

  /**
   * Resolves the host name of a tracker. Rejects with `refused` if the IP filter blocks all of its
   * addresses.
   */
  readonly resolveTracker: ResolveHost = (host, options) =>
    resolveTracker(this.#environment.resolveHost, this.settings, host, options)

  async resolve(host: string, signal: AbortSignal): Promise<string[]> {
    const addresses = await this.#environment.resolveHost(host, { signal })
    return addresses.map(address => address.host)
  }

  onDhtNode(host: string, port: number): void {
    this.discoveries?.addDhtNode(host, port)
  }

  /** Call after the torrents were closed. */
  async close(): Promise<void> {
    const network = await settleAll([
      () => this.active.close(),
      ...this.transports.all.map(transport => () => transport.close()),
      () => this.discoveries?.close(),
      () => this.utp?.close(),
    ])
    const rest = await settleAll([() => this.storage.close(), () => this.resume?.close()])
    const last = await settleAll([() => this.limits.close(), () => this.#environment.route?.close()])
    throwFirst([...network, ...rest, ...last])
  }
}

/** The settings after some of them changed. */
export function changedSettings(settings: EngineSettings, changes: SessionSettings): EngineSettings {
  return {
    encryption: changes.encryption ?? settings.encryption,
    ipFilter: changes.ipFilter === undefined ? settings.ipFilter : changes.ipFilter,
    filterTrackers: changes.filterTrackers ?? settings.filterTrackers,
    pex: changes.pex ?? settings.pex,
    uploadSlots: changes.uploadSlots ?? settings.uploadSlots,
    maxPeersPerTorrent: changes.maxConnectionsPerTorrent ?? settings.maxPeersPerTorrent,
    maxConnections: changes.maxConnections ?? settings.maxConnections,
  }
}
