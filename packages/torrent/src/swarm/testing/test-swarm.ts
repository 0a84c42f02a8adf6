import { PunchedHoles } from '#punched-holes'
import type { PeerStatus } from '../../api.ts'
import { Bitfield } from '../../base/bitfield.ts'
import { concat, equalBytes } from '../../base/bytes.ts'
import { type Random, seededRandom } from '../../base/random.ts'
import { LimitChain, RateLimit } from '../../base/rate-limit.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { MemoryNetwork } from '../../transport/memory-transport.ts'
import type { PeerAddress, TransportKind } from '../../transport/transport.ts'
import type { HandshakeFeatures } from '../../wire/handshake.ts'
import type { ReadyConnection } from '../handshake/ready-connection.ts'
import type { Peer } from '../peer/peer.ts'
import { BlockCache } from '../pieces/block-cache.ts'
import { PieceRoots } from '../pieces/piece-roots.ts'
import { Selection } from '../pieces/selection.ts'
import { Transfer } from '../pieces/transfer.ts'
import { Swarm } from '../swarm.ts'
import type { SwarmContext, SwarmSettings } from '../swarm-context.ts'
import { RemotePeer } from './remote-peer.ts'
import type { TestTorrent } from './test-torrent.ts'

const HOST = '80.0.0.1'
const PORT = 6881

export interface TestSwarmOptions {
  /** Pieces that we have. Default none. */
  have?: 'all' | readonly number[]
  /** Whether the metadata is known from the start. Default true. */
  metadata?: boolean
  /** Known piece layers: default those of the metainfo; none as after a magnet link. */
  withoutLayers?: boolean
  storage?: (inner: Storage) => Storage
  limits?: { download?: number; upload?: number }
  context?: Partial<SwarmContext>
  settings?: Partial<SwarmSettings>
  superSeeding?: boolean
}

export interface RemoteOptions {
  /** The kind of transport that the connection reports. */
  kind?: TransportKind
  /** IP address. Default: a unique one. */
  ip?: string
  features?: Partial<HandshakeFeatures>
  v2?: boolean
  peerId?: Uint8Array
  /** Whether we dialed it rather than it us. */
  outgoing?: boolean
}

/**
 * A real swarm with real storage and transfer in virtual time, whose remote peers are controlled
 * by a test.
 */
export class TestSwarm {
  readonly clock = new VirtualClock()
  readonly random: Random = seededRandom(7)
  readonly network = new MemoryNetwork({ clock: this.clock })
  readonly torrent: TestTorrent
  readonly swarm: Swarm
  readonly storage: Storage
  readonly cache = new BlockCache({ maxBytes: 1 << 20 })
  readonly selection: Selection
  readonly have: Bitfield
  /** Events that the swarm reported. */
  readonly pieces: number[] = []
  readonly log: string[] = []
  readonly errors: unknown[] = []
  readonly infos: Uint8Array[] = []
  readonly dhtNodes: string[] = []
  readonly dialled: string[] = []
  readonly closed: PeerStatus[] = []
  downloaded = 0
  uploaded = 0
  readonly limits: { download: RateLimit; upload: RateLimit }
  readonly #withoutLayers: boolean
  #nextIp = 2
  #nextId = 1

  private constructor(torrent: TestTorrent, options: TestSwarmOptions) {
    this.torrent = torrent
    const { layout } = torrent
    const inner = createMemoryStorage(layout)
    this.storage = options.storage?.(inner) ?? inner
    this.selection = new Selection(layout)
    this.have = new Bitfield(layout.pieceCount)
    this.#withoutLayers = options.withoutLayers ?? false
    this.limits = {
      download: new RateLimit(this.clock, options.limits?.download),
      upload: new RateLimit(this.clock, options.limits?.upload),
    }
    const peerId = new Uint8Array(20).fill(1)
    const utp = this.network.transport(HOST)
    const { clock, random, cache } = this
    const { info } = torrent.metainfo
    this.swarm = new Swarm({
      context: {
        clock,
        random,
        cache,
        peerId,
        userAgent: 'Test',
        isAnonymous: false,
        ports: { for: () => PORT },
        dhtPort: 0,
        settings: { pex: true, uploadSlots: 4, maxPeersPerTorrent: 50, ...options.settings },
        maxPeersPerHost: () => 3,
        isBlocked: () => false,
        ownAddresses: { version: 0, vote() {}, priorityOf: () => 0, isOurs: () => false },
        holes: new PunchedHoles({ clock, isAnonymous: false, utp, transports: { all: [utp] } }),
        counts: { connections: 0 },
        connector: {
          mayDial: () => true,
          dial: async ({ host, port }) => {
            this.dialled.push(`${host}:${port}`)
            throw new Error('nobody is there')
          },
        },
        limits: {
          forConnection: () => ({
            download: new LimitChain(clock, [this.limits.download]),
            upload: new LimitChain(clock, [this.limits.upload]),
          }),
        },
        onDhtNode: (host, port) => this.dhtNodes.push(`${host}:${port}`),
        ...options.context,
      },
      torrent: {
        infoHashes: info.infoHashes,
        isPrivate: false,
        isSuperSeeding: options.superSeeding ?? false,
        sourcesOff: undefined,
        ownLimits: () => this.limits,
      },
      events: {
        onMetadata: bytes => this.infos.push(bytes),
        onHashes: () => {
          this.swarm.transfer?.prioritize(this.selection)
          this.swarm.updateInterest()
        },
        onPiece: piece => this.pieces.push(piece),
        onWriteError: error => this.errors.push(error),
        onReadError: (_piece, error) => this.errors.push(error),
        onTransferred: (down, up) => {
          this.downloaded += down
          this.uploaded += up
        },
        onPeerClosed: peer => this.closed.push(peer),
        onPeersChanged() {},
        log: line => this.log.push(line),
      },
    })
  }

  static async open(torrent: TestTorrent, options: TestSwarmOptions = {}): Promise<TestSwarm> {
    const bench = new TestSwarm(torrent, options)
    const { layout, content } = torrent
    const pieces =
      options.have === 'all' ? Array.from({ length: layout.pieceCount }, (_, i) => i) : (options.have ?? [])
    for (const piece of pieces) {
      const begin = layout.pieceOffset(piece)
      await bench.storage.write(begin, content.subarray(begin, begin + layout.dataSize(piece)))
      bench.have.set(piece)
    }
    if (options.metadata ?? true) bench.begin()
    bench.#tick()
    return bench
  }

  get transfer(): Transfer {
    return this.swarm.transfer!
  }

  /** The metadata is known. */
  begin(metainfo: Metainfo = this.torrent.metainfo): void {
    const { layout } = this.torrent
    const { info, pieceLayers } = metainfo
    const { clock, random, storage, have, selection, swarm } = this
    const roots = new PieceRoots(info, layout, this.#withoutLayers ? new Map() : pieceLayers)
    const { transferEvents: events, sources } = swarm
    const transfer = new Transfer({
      info,
      layout,
      storage,
      have,
      roots,
      selection,
      events,
      sources,
      clock,
      random,
    })
    this.swarm.begin(transfer)
    transfer.completePadding()
  }

  readonly #tick = () => {
    this.swarm.tick(this.clock.nowMs())
    this.clock.after(1000, this.#tick)
  }

  /** A peer whose handshakes are done. `peer` is our side of it: undefined when it was refused. */
  async connect(options: RemoteOptions = {}): Promise<{ remote: RemotePeer; peer: Peer | undefined }> {
    const ip = options.ip ?? `80.0.1.${this.#nextIp++}`
    const { v1, v2 } = this.torrent.metainfo.info.infoHashes
    const peerId = options.peerId ?? new Uint8Array(20).fill(100 + this.#nextId++)
    const features = { extended: true, fast: true, dht: false, v2: false, ...options.features }
    const [near, far] = await this.#pipe(ip, options.outgoing ?? false)
    if (options.kind) Object.defineProperty(near, 'kind', { value: options.kind })
    const infoHash = v1 ?? v2!.subarray(0, 20)
    const ready: ReadyConnection = {
      connection: near,
      encrypted: false,
      handshake: { infoHash, peerId, features },
      topic: infoHash,
      v2: options.v2 ?? false,
      early: new Uint8Array(0),
    }
    const before = new Set(this.swarm.peers.keys())
    const remote = new RemotePeer(far)
    this.swarm.accept(ready)
    await this.pass(1)
    const id = [...this.swarm.peers.keys()].find(key => !before.has(key))
    return { remote, peer: id === undefined ? undefined : this.swarm.peers.get(id) }
  }

  /** A seed that serves correct bytes from the start, unless configured otherwise. */
  async seed(options: RemoteOptions = {}): Promise<{ remote: RemotePeer; peer: Peer }> {
    const { remote, peer } = await this.connect(options)
    remote.serves = { content: this.torrent.content, pieceLengthBytes: this.torrent.layout.pieceLengthBytes }
    remote.send(out => {
      out.haveAll()
      out.unchoke()
    })
    return { remote, peer: peer! }
  }

  async #pipe(ip: string, outgoing: boolean) {
    const [from, to] = outgoing ? [HOST, ip] : [ip, HOST]
    const accepted = Promise.withResolvers<ReadyConnection['connection']>()
    const listener = await this.network.transport(to).listen({ port: 0 }, accepted.resolve)
    const address: PeerAddress = { host: to, port: listener.port }
    const dialling = this.network.transport(from).dial(address, { signal: new AbortController().signal })
    await this.pass(1)
    await listener.close()
    const [dialled, taken] = [await dialling, await accepted.promise]
    return outgoing ? ([dialled, taken] as const) : ([taken, dialled] as const)
  }

  /** Advances virtual time. */
  pass(ms: number): Promise<void> {
    return this.clock.advance(ms)
  }

  /** Waits until the condition holds, within a limit of virtual time. */
  async until(condition: () => boolean, limitMs = 600_000): Promise<void> {
    if (!(await this.clock.until(condition, limitMs))) throw new Error(`not within ${limitMs} virtual ms`)
  }

  /** Whether storage holds all pieces that we have, and they are correct. */
  async isRight(): Promise<boolean> {
    const { layout, content } = this.torrent
    const parts: [Uint8Array, Uint8Array][] = []
    for (let piece = 0; piece < layout.pieceCount; piece++) {
      if (!this.have.has(piece)) continue
      const begin = layout.pieceOffset(piece)
      const bytes = new Uint8Array(layout.dataSize(piece))
      await this.storage.read(begin, bytes)
      parts.push([bytes, content.subarray(begin, begin + bytes.length)])
    }
    return equalBytes(concat(parts.map(([a]) => a)), concat(parts.map(([, b]) => b)))
  }

  async close(): Promise<void> {
    this.swarm.close()
    await this.swarm.transfer?.close()
    this.limits.download.close()
    this.limits.upload.close()
    await this.storage.close()
  }
}
