/**
 * Parts that are omitted in pages. Browsers have no sockets, DNS or paths; other parts are omitted
 * to keep pages small. Where a page works differently than Node, a `.browser.ts` file accompanies
 * the part for Node.
 */
import type { FileCopy } from './api.ts'
import type { Clock } from './base/clock.ts'
import { ShoalError } from './base/errors.ts'
import type { DhtDiscovery } from './discovery/dht/dht.ts'
import { TrackerError, type TrackerProtocol } from './discovery/tracker/tracker.ts'
import type { Found, WalkOptions } from './hash/walk.ts'
import type { PortMappingStatus } from './port-mapping/port-mapping.ts'
import type { Content } from './session/torrent/content.ts'
import type { Found as FoundFiles } from './session/torrent/file-claims.ts'
import type { SessionSettings } from './session-api.ts'
import type { OpenDatagram } from './transport/datagram.ts'
import type { ResolveHost } from './transport/resolve.ts'
import type { TransportServices } from './transport/services.ts'
import type { Connection, DialOptions, PeerAddress, Transport } from './transport/transport.ts'
import type { NegotiatedConnection } from './wire/negotiate-encryption.ts'

/** Browsers have no sockets; the environment supplies the session's transports. */
export function createTransports(_services: TransportServices): Transport[] {
  return []
}

/** Always rejects with `unsupported`: browsers have no datagrams. */
export const openDatagram: OpenDatagram = async () => {
  throw new ShoalError('unsupported', 'Browsers have no UDP: use WebSocket trackers here, or run a node')
}

/** Browsers have no datagrams to share. */
export class SharedDatagrams {
  readonly #open: OpenDatagram

  constructor(open: OpenDatagram) {
    this.#open = open
  }

  protocol(): OpenDatagram {
    return this.#open
  }
}

/** Always rejects with `unsupported`: browsers resolve names internally. */
export const resolveHost: ResolveHost = async () => {
  throw new ShoalError('unsupported', 'browsers do not tell the addresses of a name: connect by name instead')
}

/**
 * Dials over the preferred transport. Pages have no transport that dials addresses, unless an
 * embedder adds one.
 */
export class Dialer {
  readonly remembered = 0

  // biome-ignore lint/complexity/noUselessConstructor: the same signature as in Node
  constructor(_clock: Clock) {}

  dial(transports: readonly Transport[], address: PeerAddress, options: DialOptions): Promise<Connection> {
    return transports[0]!.dial(address, options)
  }
}

/**
 * Rejects with `unsupported`: all connections of a browser are encrypted already, so pages do
 * without message stream encryption.
 */
export async function encryptOutgoing(): Promise<never> {
  throw new ShoalError('unsupported', 'Message stream encryption is not available in browsers')
}

/** Resolves with the connection unchanged. */
export async function acceptEncryption(connection: Connection): Promise<NegotiatedConnection> {
  return { connection, method: 'none', infoHash: null, received: new Uint8Array(0) }
}

/** Pages accept no connections. */
export function openPortMapper(): null {
  return null
}

/** Pages have no ports. */
export class MappedPorts {
  readonly status: PortMappingStatus | null = null

  async follow(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Pages have no ports, unless an embedder adds a transport that listens. */
export class OwnPorts {
  listen = 0
  readonly mapper = null

  get announced(): number {
    return this.listen
  }

  for(_host: string): number {
    return this.listen
  }
}

/** Pages have neither ports nor uTP. A transport that an embedder adds keeps its port. */
export async function rebind(): Promise<boolean> {
  return false
}

export async function turnUtp(): Promise<void> {}

export async function announcePort(): Promise<void> {}

/** Pages dial no addresses, so they do not need their own. */
export class ExternalAddresses {
  readonly version = 0
  readonly stats = {
    isReachable: false,
    arrivals: [],
    externalAddresses: { ipv4: null, ipv6: null },
  } as const
  vote(): void {}
  tell(): void {}
  arrived(): void {}
  priorityOf(): number {
    return 0
  }
  isOurs(): boolean {
    return false
  }
}

/** Pages have no routes that could exclude anything. */
export function routedOptions<Options extends SessionSettings>(options: Options): Options {
  return options
}

export const routedChanges = routedOptions

export const routeProblems = (): readonly string[] => []

export function followRoute(_route: null, _session: unknown): void {}

/** Pages have no UDP. */
export class PunchedHoles {
  dialed(): void {}

  invited(): boolean {
    return false
  }

  has(): boolean {
    return false
  }
}

/** Pages have no UDP, and so no DHT. */
export class SessionDht {
  readonly node: DhtDiscovery | null = null
  readonly port = 0
  nodes: readonly string[] | null | undefined
  readonly goodNodes: number | null = null

  async start(): Promise<void> {}

  async stop(): Promise<void> {}
}

export function toDhtNodes(_texts: readonly string[]): void {}

/** Browsers have no multicast. */
export class LsdDiscovery {
  readonly kind = 'lsd'

  /** Throws `unsupported`. Never called in practice, since a page accepts no connections. */
  join(): never {
    throw new ShoalError('unsupported', 'Browsers have no UDP: use WebSocket trackers here, or run a node')
  }

  async close(): Promise<void> {}
}

/**
 * A kind of tracker that the platform cannot use: every call rejects with `unsupported` and the
 * reason.
 */
class NoTracker implements TrackerProtocol {
  readonly timeLimitMs = 1000
  readonly #reason: string

  constructor(reason: string) {
    this.#reason = reason
  }

  async announce(): Promise<never> {
    throw new TrackerError('unsupported', this.#reason)
  }

  async scrape(): Promise<never> {
    throw new TrackerError('unsupported', this.#reason)
  }

  async close(): Promise<void> {}
}

/** HTTP trackers know peers by address, and pages connect to none by its address. */
export class HttpTracker extends NoTracker {
  constructor() {
    super('Pages cannot connect to peers of HTTP trackers: use WebSocket trackers here, or run a node')
  }
}

/** Browsers have no datagrams. */
export class UdpTracker extends NoTracker {
  constructor() {
    super('Browsers have no UDP: use WebSocket trackers here, or run a node')
  }
}

/** Pages resolve no names. */
export function resolveTracker(
  resolve: ResolveHost,
  _settings: unknown,
  ...[host, options]: Parameters<ResolveHost>
): ReturnType<ResolveHost> {
  return resolve(host, options)
}

/** Pages have at most a few kinds of sources, so none can be switched off. */
export function switchSources(..._: unknown[]): void {}

/** Returns the path unchanged, because browsers have no working directory. */
export function absolutePath(path: string): string {
  return path
}

/** Always rejects: browsers cannot read files by path. */
export async function readTorrentFile(path: string, _maxBytes: number): Promise<Uint8Array> {
  throw new ShoalError(
    'bad-argument',
    `${path.slice(0, 100)} is neither a magnet link, an info hash nor a URL. Pass the bytes of a torrent file instead of its path.`,
  )
}

/** Always rejects: pages cannot read the disk by path. */
export async function walk(path: string, _options: WalkOptions): Promise<Found> {
  throw new ShoalError(
    'unsupported',
    `A browser cannot read ${path}. Use createTorrentFrom with files the user chose.`,
  )
}

/** Returns null: a page stores files under the names that they have in the torrent. */
export function layoutPaths(): null {
  return null
}

/** Returns `renamed`: a page's storage is not a home folder. */
export function visibleInHome<T>(_files: unknown, renamed: T): T {
  return renamed
}

/** The files in a page's storage are its own, so pages omit this check to stay small. */

export class PathsInUse {
  release(): void {}
}

export function claimPaths(): void {}

export function claimMoved(): void {}

export function chooseNames(): null {
  return null
}

export async function judgeFiles(_: unknown, __: unknown, found: FoundFiles): Promise<FoundFiles['stamps']> {
  return found.stamps
}

export function trustFiles(): undefined {}

export async function recognizeFiles(): Promise<void> {}

export async function glanceAtFiles(): Promise<void> {}

export function storedPaths(): null {
  return null
}

export async function ownStamps(): Promise<null> {
  return null
}

export function keptFiles(): void {}

export function mustBeFree(): void {}

export function makeWay(): null {
  return null
}

export async function mustBePresent(): Promise<void> {}

export async function missingFiles({ metainfo }: Content): Promise<ShoalError> {
  return new ShoalError(
    'not-found',
    `files of ${metainfo.info.name} were deleted or truncated: resume to download what is missing again`,
  )
}

/** Omitted in pages to keep them small. */
export class SharedFiles {
  changed(): void {}

  removed(): void {}

  share(): void {}

  arrived(): void {}

  copiesOf(): readonly FileCopy[] {
    return []
  }
}

/** A page's storage has no files from others: the record has the layers of complete files. */
export function provableFiles(): number[] {
  return []
}

export function provedLayers(): Map<string, Uint8Array> {
  return new Map()
}

/** Pages open torrents by link, which has no encoding label. */
export function legacyDecoder(): TextDecoder | null {
  return null
}

/** Pages neither super-seed nor switch sources off. */
export function encodeNodeOptions(..._: unknown[]): void {}

export function decodeNodeOptions(..._: unknown[]): void {}

/** Pages do not super-seed (BEP 16): they are rarely the first seed of a popular torrent. */
export class SuperSeeder {
  readonly isActive = false
  optionChanged(): void {}
  piecesChanged(): void {}
  gained(): void {}
  interestChanged(): void {}
  gone(): void {}
  tick(): void {}
}

/** Pages hold few torrents, so no work needs to be split. */
export class Turns {
  // biome-ignore lint/complexity/noUselessConstructor: the same signature as in Node
  constructor(_clock: Clock) {}

  async next(): Promise<void> {}
}
