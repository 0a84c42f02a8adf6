import { HaveAnnouncer } from '#have-announcer'
import { Introductions } from '#introductions'
import { SuperSeeder } from '#super-seeder'
import { equalBytes } from '../base/bytes.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Verdict } from '../pieces/smart-ban.ts'
import type { PeerAddress } from '../transport/transport.ts'
import type { PexPeer } from '../wire/extensions/pex-flags.ts'
import { ChokeRounds } from './choke/choke-rounds.ts'
import { ConnectionPolicy } from './connect/connection-policy.ts'
import { isOff } from './connect/is-off.ts'
import { OutgoingConnections } from './connect/outgoing-connections.ts'
import { type Candidate, type PeerOrigin, PeerPool } from './connect/peer-pool.ts'
import { HashExchange } from './exchange/hash-exchange.ts'
import { MetadataExchange } from './exchange/metadata-exchange.ts'
import type { ReadyConnection } from './handshake/ready-connection.ts'
import { Parole } from './parole.ts'
import { Peer } from './peer/peer.ts'
import { type PeerEvents, PeerMessages } from './peer/peer-messages.ts'
import { peerStatus } from './peer/peer-status.ts'
import { Sources } from './peer/sources.ts'
import type { Transfer, TransferEvents } from './pieces/transfer.ts'
import type { SwarmContext, SwarmEvents, SwarmTorrent } from './swarm-context.ts'
import { SwarmState } from './swarm-state.ts'

/**
 * Number of peers that a seed wants: a seed behind a router cannot be reached by peers that lack
 * something, so it connects to them.
 */
export const SEED_WANTS_PEERS = 30

export interface SwarmOptions {
  readonly context: SwarmContext
  readonly torrent: SwarmTorrent
  readonly events: SwarmEvents
  /** The pool of an earlier swarm of this torrent. */
  readonly pool?: PeerPool | undefined
}

/** The peers of one torrent: connects to them, accepts and serves them. */
export class Swarm {
  readonly pool: PeerPool
  readonly sources = new Sources()
  readonly peers = this.sources.peers
  readonly state: SwarmState
  /** For the transfer of this swarm. */
  readonly transferEvents: TransferEvents
  readonly metadata: MetadataExchange
  readonly #hashes: HashExchange
  readonly #haves: HaveAnnouncer
  readonly #rounds: ChokeRounds
  readonly #policy: ConnectionPolicy
  readonly #outgoing: OutgoingConnections
  readonly #introductions: Introductions
  readonly #parole: Parole
  readonly #superSeeder: SuperSeeder
  readonly #peerEvents: PeerEvents
  #paused = false
  #closed = false

  constructor({
    context,
    torrent,
    events,
    pool = new PeerPool(context.random, context.ownAddresses),
  }: SwarmOptions) {
    const { clock, random } = context
    const { peers, sources } = this
    this.pool = pool
    this.state = new SwarmState(context, torrent, events)
    this.#superSeeder = new SuperSeeder(this.state, peers)
    this.#haves = new HaveAnnouncer({ clock, peers, have: () => this.transfer?.have ?? null })
    this.#rounds = new ChokeRounds({ random, peers, slots: () => context.settings.uploadSlots })
    this.#policy = new ConnectionPolicy({ peers, pool, context })
    this.#outgoing = new OutgoingConnections({
      swarm: this.state,
      pool,
      peers,
      accept: (ready, candidate) => this.accept(ready, candidate),
      duplicatePeer: ready => this.#policy.duplicatePeer(ready),
    })
    this.#introductions = new Introductions({
      swarm: this.state,
      pool,
      peers,
      outgoing: this.#outgoing,
      onPeers: found => this.addAddresses(found, 'pex'),
    })
    this.#parole = new Parole({ sources, pool, log: line => events.log(line) })
    this.metadata = new MetadataExchange({
      clock,
      random,
      infoHashes: torrent.infoHashes,
      onMetadata: info => events.onMetadata(info),
    })
    this.#hashes = new HashExchange({ clock, onHashes: () => events.onHashes() })
    const introductions = this.#introductions
    this.#peerEvents = {
      onClosed: (peer, error) => {
        introductions.recognizer?.onClosed(peer, error)
        this.#onPeerClosed(peer, error)
      },
      onInterestChanged: peer => {
        this.#superSeeder.interestChanged(peer)
        if (this.#rounds.matters(peer)) this.#choke(clock.nowMs(), true)
      },
      onListenPort: (peer, port) => this.#outgoing.onListenPort(peer, port),
      onPieces: (peer, gained) => {
        if (gained === undefined) this.#superSeeder.piecesChanged(peer)
        else if (peer.shown) this.#superSeeder.gained(peer, gained)
      },
      onExtended: (peer, id, payload) => introductions.received(peer, id, payload),
    }
    this.transferEvents = {
      onBlock: (sourceId, piece, block) => introductions.recognizer?.onBlock(sourceId, piece, block),
      onPiece: piece => {
        introductions.recognizer?.onPiece(piece)
        this.#onPiece(piece)
      },
      onWriteError: error => events.onWriteError(error),
      onBadPiece: (piece, verdict) => {
        introductions.recognizer?.onBadPiece(piece, verdict)
        this.#onBadPiece(piece, verdict)
      },
      onVerdict: verdict => {
        introductions.recognizer?.onVerdict(verdict)
        this.#parole.apply(verdict)
      },
    }
  }

  /** Null while the metadata is unknown. */
  get transfer(): Transfer | null {
    return this.state.transfer
  }

  /** Starts to transfer pieces: the metadata is known. */
  begin(transfer: Transfer): void {
    this.state.transfer = transfer
    this.metadata.stop()
    this.#recognizeV2(transfer.info)
    this.#hashes.begin(transfer)
    for (const peer of [...this.peers.values()]) peer.metadataKnown(this.#superSeeder.isActive)
  }

  /** Number of further peers that discoveries should find. */
  get wanted(): number {
    if (!this.#isRunning) return 0
    const { uploadOnly, context } = this.state
    if (uploadOnly) return Math.max(0, SEED_WANTS_PEERS - this.peers.size)
    return Math.max(0, context.settings.maxPeersPerTorrent - this.peers.size - this.pool.idle)
  }

  /** Whether a connection is being made, or will be at a tick. */
  get isDialing(): boolean {
    return this.#outgoing.count > 0 || this.pool.hasHope(this.state.uploadOnly)
  }

  addAddresses(addresses: readonly (PeerAddress & Partial<PexPeer>)[], origin: PeerOrigin): void {
    const { context } = this.state
    const allowed = addresses.filter(({ host }) => !context.isBlocked(host))
    if (this.pool.add(allowed, origin) > 0) this.#outgoing.dialMore()
  }

  /**
   * Accepts a connection whose handshakes are done. Closes it and returns false if the policy does
   * not allow it.
   */
  accept(ready: ReadyConnection, candidate?: Candidate): boolean {
    const { state: swarm } = this
    const duplicate = this.#policy.duplicatePeer(ready)
    const isAllowed = this.#isRunning && !isOff(swarm.torrent, ready.connection.kind)
    const dropped = isAllowed ? this.#policy.admit(ready, duplicate) : null
    if (dropped === null) {
      ready.connection.close()
      return false
    }
    for (const other of dropped) other.close()
    const id = this.sources.nextId()
    const throttles = swarm.context.limits.forConnection(ready.connection, swarm.torrent.ownLimits())
    const peer = new Peer({ id, swarm, ready, origin: candidate?.origin ?? 'incoming', throttles })
    this.peers.set(id, peer)
    swarm.context.counts.connections++
    this.#parole.recall(peer)
    if (candidate) this.#outgoing.connected(peer, candidate)
    const [metadata, hashes, events] = [this.metadata, this.#hashes, this.#peerEvents]
    const messages = new PeerMessages({ peer, swarm, metadata, hashes, events })
    peer.start(messages, ready.early, this.#superSeeder.isActive)
    hashes.onPeer(peer)
    swarm.events.onPeersChanged()
    return true
  }

  /** BEP 27: a private torrent only connects to peers that its trackers or its user name. */
  becamePrivate(): void {
    this.pool.keepOnly(['tracker', 'manual', 'incoming'])
    this.#outgoing.closeForgotten()
  }

  /** The session's IP filter changed: drops the peers and addresses that it blocks. */
  applyIpFilter(): void {
    const isBlocked = (host: string) => this.state.context.isBlocked(host)
    this.pool.removeAll(isBlocked)
    this.#outgoing.closeForgotten()
    for (const peer of [...this.peers.values()]) if (isBlocked(peer.link.connection.remote.host)) peer.close()
  }

  /** Once a second. */
  tick(now: number): void {
    if (!this.#isRunning) return
    for (const peer of [...this.peers.values()]) peer.tick(now)
    this.#introductions.tick(now)
    for (const supplier of this.sources.suppliers.values()) supplier.tick(now)
    this.#superSeeder.tick(now)
    this.transfer?.tick()
    this.metadata.tick(now)
    this.#hashes.tick(now)
    const someoneOwes = this.#rounds.charge() && !this.state.uploadOnly
    if (this.#rounds.isDue(now)) this.#choke(now, false)
    else if (someoneOwes) this.#choke(now, true)
    this.#outgoing.dialMore()
  }

  /** Disconnects all peers and searches for no others until `resume`. */
  pause(): void {
    this.#paused = true
    this.#haves.stop()
    this.#outgoing.stop()
    this.#introductions.stop()
    this.sources.pause()
  }

  resume(): void {
    this.#paused = false
    this.sources.resume()
    if (!this.#closed) this.#outgoing.resume()
  }

  close(): void {
    this.#closed = true
    this.#haves.stop()
    this.#outgoing.stop()
    this.#introductions.stop()
    this.sources.close()
    this.metadata.stop()
  }

  /** The torrent's option changed (BEP 16). */
  superSeedingChanged(): void {
    this.#superSeeder.optionChanged()
  }

  /** The set of wanted pieces changed: updates our interest and whether we still download. */
  updateInterest(): void {
    this.sources.updateInterest()
    for (const peer of [...this.peers.values()]) {
      peer.extensions.sendUploadOnly()
      peer.closeIfUseless()
    }
  }

  /** A piece was lost: notifies the peers (BEP 54). */
  lost(piece: number): void {
    if (!this.transfer?.lost(piece)) return
    for (const peer of this.peers.values()) peer.extensions.sendDontHave(piece)
    this.sources.updateInterest()
  }

  /** BEP 46: the 20 bytes by which peers were greeted may be the first of the v2 hash. */
  #recognizeV2({ infoHashes: { v2 } }: Info): void {
    if (!v2) return
    for (const peer of this.peers.values()) {
      if (peer.v2 || !equalBytes(peer.handshake.infoHash, v2.subarray(0, 20))) continue
      peer.v2 = true
      this.#hashes.onPeer(peer)
    }
  }

  get isClosed(): boolean {
    return this.#closed
  }

  get #isRunning(): boolean {
    return !this.#paused && !this.#closed
  }

  #onPeerClosed(peer: Peer, error: Error | undefined): void {
    if (!this.peers.delete(peer.id)) return
    const { context, events, allowedFast, clock } = this.state
    context.counts.connections--
    this.metadata.onPeerGone(peer)
    this.#hashes.onPeerGone(peer)
    this.#superSeeder.gone(peer)
    allowedFast.remove(peer.id)
    if (error) events.log(`${peer.address} (${peer.client}): ${error.message}`)
    this.#outgoing.onPeerClosed(peer, error)
    events.onPeerClosed(peerStatus(peer, clock.nowMs()))
    if (this.#closed) return
    if (!peer.flags.amChoking) this.#choke(clock.nowMs(), true)
    events.onPeersChanged()
    this.sources.fill()
  }

  #onPiece(piece: number): void {
    const finished = this.state.uploadOnly
    this.#haves.add(piece)
    if (finished) {
      // A peer that is closed now would never learn of the last pieces.
      this.#haves.flush()
      this.updateInterest()
    } else this.sources.fill()
    this.state.events.onPiece(piece)
  }

  #onBadPiece(piece: number, verdict: Verdict): void {
    this.state.events.log(`piece ${piece} does not match its hash and is fetched again`)
    this.#parole.apply(verdict)
    this.sources.fill()
  }

  #choke(now: number, immediate: boolean): void {
    if (!this.#isRunning || !this.transfer) return
    this.#rounds.decide(now, { seeding: this.state.uploadOnly, immediate })
  }
}
