import type { Clock } from '../base/clock.ts'
import type { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Verdict } from '../pieces/smart-ban.ts'
import type { PeerAddress } from '../transport/transport.ts'
import { PexFlag, type PexPeer } from '../wire/extensions/ut-pex.ts'
import { Admission, isOfNoUse } from './admission.ts'
import type { BlockCache } from './block-cache.ts'
import { ChokeRounds } from './choke-rounds.ts'
import { Dialling } from './dialling.ts'
import { FastGate } from './fast-gate.ts'
import { HashExchange } from './hash-exchange.ts'
import { MetadataExchange } from './metadata-exchange.ts'
import { Parole } from './parole.ts'
import { Peer } from './peer.ts'
import { pexPeersOf } from './peer-extensions.ts'
import { type Candidate, type PeerOrigin, PeerPool } from './peer-pool.ts'
import { peerStatus } from './peer-status.ts'
import type { ReadyConnection } from './ready-connection.ts'
import { Suppliers } from './suppliers.ts'
import type { SwarmContext, SwarmEvents, SwarmTorrent } from './swarm-context.ts'
import type { SwarmHost } from './swarm-host.ts'
import type { Transfer, TransferOwner } from './transfer.ts'

/** Peers that a seed wants: one behind a router cannot be reached by those who lack something, and reaches out to them. */
export const SEED_WANTS_PEERS = 30

export interface SwarmOptions {
  readonly context: SwarmContext
  readonly torrent: SwarmTorrent
  readonly events: SwarmEvents
  /** The pool of an earlier swarm of this torrent. */
  readonly pool?: PeerPool | undefined
}

/** One torrent at work: its peers, whom we look for, whom we serve. */
export class Swarm implements SwarmHost, TransferOwner {
  readonly pool: PeerPool
  readonly metadata: MetadataExchange
  readonly hashes: HashExchange
  readonly fastGate = new FastGate()
  readonly peers = new Map<number, Peer>()
  /** Sources of blocks that are not peers; they are closed with the swarm. */
  readonly suppliers = new Suppliers()
  transfer: Transfer | null = null
  wastedBytes = 0
  readonly #context: SwarmContext
  readonly #torrent: SwarmTorrent
  readonly #events: SwarmEvents
  readonly #rounds: ChokeRounds
  readonly #admission: Admission
  readonly #dialling: Dialling
  readonly #parole: Parole
  #nextId = 1
  #paused = false
  #closed = false

  constructor({ context, torrent, events, pool = new PeerPool(context.random) }: SwarmOptions) {
    this.#context = context
    this.#torrent = torrent
    this.#events = events
    this.pool = pool
    const { clock, random, peerId } = context
    const { peers } = this
    this.#rounds = new ChokeRounds({ random, peers, slots: () => context.uploadSlots })
    this.#admission = new Admission({
      peers,
      pool,
      peerId,
      maxPeers: () => context.maxPeersPerTorrent,
      maxPeersPerHost: host => context.maxPeersPerHost(host),
    })
    this.#dialling = new Dialling(this, context, torrent)
    this.#parole = new Parole({
      peers,
      pool,
      suppliers: this.suppliers,
      keyOf: id => this.keyOf(id),
      log: line => events.log(line),
    })
    this.metadata = new MetadataExchange({
      clock,
      random,
      infoHashes: torrent.infoHashes,
      onMetadata: info => events.onMetadata(info),
    })
    this.hashes = new HashExchange({ clock, onHashes: () => events.onHashes() })
  }

  // What peers see of us

  get clock(): Clock {
    return this.#context.clock
  }
  get random(): Random {
    return this.#context.random
  }
  get cache(): BlockCache {
    return this.#context.cache
  }
  get dhtPort(): number {
    return this.#torrent.isPrivate ? 0 : this.#context.dhtPort
  }
  get listenPort(): number {
    return this.#context.listenPort
  }
  get userAgent(): string {
    return this.#context.userAgent
  }
  get exchangesPeers(): boolean {
    return this.#context.pex && !this.#torrent.isPrivate
  }
  get uploadOnly(): boolean {
    // While nothing is chosen yet, peers that are found stay.
    const { transfer } = this
    return transfer?.isFinished === true && !transfer.isUndecided
  }

  /** The metadata is known: pieces can move. */
  begin(transfer: Transfer): void {
    this.transfer = transfer
    this.metadata.stop()
    this.hashes.begin(transfer)
    for (const peer of [...this.peers.values()]) peer.metadataKnown()
  }

  /** Neither paused nor closed. */
  get isRunning(): boolean {
    return !this.#paused && !this.#closed
  }

  /** How many more peers are wanted, for discovery. */
  get wanted(): number {
    if (!this.isRunning) return 0
    if (this.uploadOnly) return Math.max(0, SEED_WANTS_PEERS - this.peers.size)
    return Math.max(0, this.#context.maxPeersPerTorrent - this.peers.size - this.pool.idle)
  }

  /** Somebody is dialled, or will be: at a tick. */
  get isDialling(): boolean {
    return this.#dialling.count > 0 || this.pool.hasHope(this.uploadOnly)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    if (this.pool.add(addresses, origin) > 0) this.#dialling.more()
  }

  /** Takes a connection whose handshakes are done. False when the rules do not allow it: it is closed then. */
  accept(ready: ReadyConnection, candidate?: Candidate): boolean {
    const twin = this.twinOf(ready)
    if (!this.isRunning || !this.#admission.allows(ready, twin)) {
      ready.connection.close()
      return false
    }
    twin?.close()
    const id = this.nextSourceId()
    const { download, upload } = this.#context.throttles(ready.connection, this.#torrent.ownLimits())
    const origin = candidate?.origin ?? 'incoming'
    const throttles = { downloadThrottle: download, uploadThrottle: upload }
    const peer = new Peer({ id, ...ready, origin, host: this, ...throttles })
    this.peers.set(id, peer)
    this.#parole.recall(peer)
    if (candidate) this.#dialling.connected(peer, candidate)
    peer.start(ready.early)
    this.hashes.onPeer(peer)
    this.#events.onPeersChanged()
    return true
  }

  /** The same client, connected already. */
  twinOf(ready: ReadyConnection): Peer | undefined {
    return this.#admission.twinOf(ready)
  }

  /** A number for a source of blocks that was never used before. */
  nextSourceId(): number {
    return this.#nextId++
  }

  /** BEP 27: a private torrent connects to nobody but whom its trackers, or the user, name. */
  becamePrivate(): void {
    this.pool.keepOnly(['tracker', 'manual', 'incoming'])
    this.#dialling.closeForgotten()
  }

  /** Once a second. */
  tick(now: number): void {
    if (!this.isRunning) return
    for (const peer of [...this.peers.values()]) peer.tick(now)
    this.suppliers.tick(now)
    this.transfer?.tick()
    this.metadata.tick(now)
    this.hashes.tick(now)
    if (this.#rounds.isDue(now)) this.#choke(now, false)
    this.#dialling.more()
  }

  /** Drops all peers and stops looking for others until `resume`. */
  pause(): void {
    this.#paused = true
    this.suppliers.pause()
    this.#dropAll()
  }

  resume(): void {
    this.#paused = false
    this.suppliers.resume()
    this.#dialling.more()
  }

  close(): void {
    this.#closed = true
    this.suppliers.close()
    this.#dropAll()
    this.metadata.stop()
  }

  /** What is wanted changed: selection, priorities, a piece gone. */
  updateInterest(): void {
    this.#refreshInterest()
    for (const peer of [...this.peers.values()]) {
      peer.extensions.sendUploadOnly()
      peer.checkUse()
    }
  }

  // Of peers

  pexPeers(): PexPeer[] {
    return pexPeersOf(this.peers.values())
  }

  onPexPeers(_from: Peer, peers: readonly PexPeer[]): void {
    // A seed has no use for other seeds (BEP 21).
    this.addAddresses(
      this.uploadOnly ? peers.filter(({ flags }) => (flags & PexFlag.uploadOnly) === 0) : peers,
      'pex',
    )
  }

  onPeerClosed(peer: Peer, error: Error | undefined): void {
    if (!this.peers.delete(peer.id)) return
    this.metadata.onPeerGone(peer)
    this.hashes.onPeerGone(peer)
    this.fastGate.leave(peer.id)
    if (error) this.#events.log(`${peer.address} (${peer.client}): ${error.message}`)
    this.#dialling.onPeerClosed(peer, error)
    this.#events.onPeerClosed(peerStatus(peer))
    if (this.#closed) return
    if (!peer.amChoking) this.#choke(this.clock.nowMs(), true)
    this.#events.onPeersChanged()
    this.#askOthers()
  }

  onInterestChanged(peer: Peer): void {
    if (this.#rounds.matters(peer)) this.#choke(this.clock.nowMs(), true)
  }

  onUploadOnly(peer: Peer): void {
    if (this.uploadOnly && isOfNoUse(peer, this.transfer)) peer.close()
  }

  onListenPort(peer: Peer, port: number): void {
    this.#dialling.onListenPort(peer, port)
  }

  onDhtNode(host: string, port: number): void {
    if (!this.#torrent.isPrivate) this.#context.onDhtNode(host, port)
  }

  onDownloaded(_peer: Peer, bytes: number): void {
    this.#events.onTransferred(bytes, 0)
  }

  onUploaded(_peer: Peer, bytes: number): void {
    this.#events.onTransferred(0, bytes)
  }

  onWasted(bytes: number): void {
    this.wastedBytes += bytes
  }

  onReadError(piece: number, error: unknown): void {
    this.#events.onReadError(piece, error)
  }

  /** A piece that we had is gone: peers that know it are told (BEP 54). */
  lost(piece: number): void {
    const { transfer } = this
    if (!transfer?.lost(piece)) return
    for (const peer of this.peers.values()) peer.extensions.sendDontHave(piece)
    this.#refreshInterest()
  }

  // Of the transfer

  onPiece(piece: number): void {
    const finished = this.uploadOnly
    for (const peer of [...this.peers.values()]) peer.sendHave(piece)
    if (finished) this.updateInterest()
    else this.#askOthers()
    this.#events.onPiece(piece)
  }

  onWriteError(error: ShoalError): void {
    this.#events.onWriteError(error)
  }

  onBadPiece(piece: number, verdict: Verdict): void {
    this.#events.log(`piece ${piece} does not match its hash and is fetched again`)
    this.#parole.apply(verdict)
    this.#askOthers()
  }

  onVerdict(verdict: Verdict): void {
    this.#parole.apply(verdict)
  }

  cancelBlock(sourceId: number, number: number): void {
    const source = this.peers.get(sourceId) ?? this.suppliers.get(sourceId)
    source?.cancelBlock(number)
  }

  get isAskedFor(): boolean {
    for (const peer of this.peers.values()) if (peer.peerInterested) return true
    return false
  }

  keyOf(sourceId: number): string {
    const peer = this.peers.get(sourceId)
    return peer?.link.connection.remote.host ?? this.suppliers.get(sourceId)?.key ?? String(sourceId)
  }

  /** Whoever can take more requests is given some: something urgent came up. */
  fillAll(): void {
    this.#askOthers()
  }

  #refreshInterest(): void {
    for (const peer of [...this.peers.values()]) peer.updateInterest()
    this.#askOthers()
  }

  /** Blocks became free: whoever can take more is asked. */
  #askOthers(): void {
    for (const peer of this.peers.values()) peer.download.fill()
    this.suppliers.fill()
  }

  #choke(now: number, immediate: boolean): void {
    if (!this.isRunning || !this.transfer) return
    this.#rounds.decide(now, { seeding: this.uploadOnly, immediate })
  }

  #dropAll(): void {
    this.#dialling.abort()
    for (const peer of [...this.peers.values()]) peer.close(undefined, true)
  }
}
