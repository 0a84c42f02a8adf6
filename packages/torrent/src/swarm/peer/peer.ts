import { clientName } from '#client-name'
import type { PeerOrigin } from '../../api.ts'
import type { ShoalError } from '../../base/errors.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { Handshake } from '../../wire/handshake.ts'
import type { ReadyConnection } from '../handshake/ready-connection.ts'
import { AllowedFast, isBeginner } from '../pieces/allowed-fast.ts'
import type { ThrottlePair } from '../swarm-context.ts'
import type { SwarmState } from '../swarm-state.ts'
import { PeerDownload } from './peer-download.ts'
import { PeerExtensions } from './peer-extensions.ts'
import { PeerFlags } from './peer-flags.ts'
import { type LinkHandler, PeerLink } from './peer-link.ts'
import { PeerPieces } from './peer-pieces.ts'
import { PeerUpload } from './peer-upload.ts'

/**
 * Number of pieces suggested to a peer when it is unchoked, so that it always knows the next ones.
 */
const SUGGESTED_AHEAD = 8

export interface PeerOptions {
  readonly id: number
  readonly swarm: SwarmState
  readonly ready: ReadyConnection
  readonly origin: PeerOrigin
  readonly throttles: ThrottlePair
}

/**
 * One connected peer: its parts, and the messages to it. `PeerMessages` handles the messages from
 * it.
 */
export class Peer {
  readonly id: number
  readonly handshake: Handshake
  /** The 20 bytes by which the side that opened the connection named the torrent. */
  readonly topic: Uint8Array
  readonly encrypted: boolean
  readonly origin: PeerOrigin
  /** Whether this connection speaks v2: its handshakes carried the v2 info hash (BEP 52). */
  v2: boolean
  readonly connectedMs: number
  readonly flags = new PeerFlags()
  readonly link: PeerLink
  readonly pieces: PeerPieces
  readonly download: PeerDownload
  readonly upload: PeerUpload
  readonly extensions: PeerExtensions
  /** Pieces that the peer may request while we choke it (BEP 6). */
  readonly allowedFast = new AllowedFast()
  /**
   * The pieces of ours that the peer sees while we super-seed (BEP 16), and whether it requested
   * each; null if it sees all.
   */
  shown: Map<number, boolean> | null = null
  /** Whether it was reached by hole punching (BEP 55). */
  readonly isPunched: boolean
  /** Its network key, once proved (`sh_peer`), and whether it has the fast lane. */
  recognized: { readonly key: string; readonly isTrusted: boolean } | null = null
  /** Number of failed pieces for which it may be to blame. */
  failedPieces = 0
  readonly #swarm: SwarmState

  constructor({ id, swarm, ready, origin, throttles }: PeerOptions) {
    this.id = id
    this.#swarm = swarm
    this.handshake = ready.handshake
    this.topic = ready.topic
    this.encrypted = ready.encrypted
    this.origin = origin
    this.v2 = ready.v2
    this.isPunched = swarm.context.holes.has(ready.connection)
    this.connectedMs = swarm.clock.nowMs()
    const { flags } = this
    this.link = new PeerLink(ready.connection, swarm.clock)
    this.pieces = new PeerPieces(id, swarm, flags)
    this.download = new PeerDownload(swarm, this.link, this.pieces, throttles.download)
    this.upload = new PeerUpload(swarm, this.link, throttles.upload, this.speaksFast)
    this.extensions = new PeerExtensions(swarm, this.link, flags, this.download.window)
  }

  /** Whether both sides support the fast extension (BEP 6). */
  get speaksFast(): boolean {
    return this.handshake.features.fast
  }

  /**
   * `host:port` of the connection; over WebRTC a name if the address is unknown. If the connection
   * is incoming, the port is not the one that the peer listens on.
   */
  get address(): string {
    const { host, port } = this.link.connection.remote
    return port === 0 ? host : formatHostPort(host, port)
  }

  get client(): string {
    return this.extensions.client ?? clientName(this.handshake.peerId)
  }

  /**
   * Sends our pieces, or nothing yet if we super-seed, and our extensions, then starts delivery to
   * `handler`; `early` contains bytes that arrived after the handshake.
   */
  start(handler: LinkHandler, early: Uint8Array, superSeeding = false): void {
    if (superSeeding) this.shown = new Map()
    const { extended, dht } = this.handshake.features
    if (extended) this.extensions.sendHandshake(this.shown !== null)
    this.#sendPieces()
    const { dhtPort } = this.#swarm
    if (dht && dhtPort > 0) this.link.out.port(dhtPort)
    if (this.pieces.attach()) this.piecesChanged()
    this.link.start(handler, early)
  }

  /** The metadata became known: the peer's earlier messages can be processed. */
  metadataKnown(superSeeding = false): void {
    if (superSeeding) this.shown = new Map()
    if (this.handshake.features.extended) this.extensions.sendHandshake(superSeeding)
    // BEP 3 allows the bitfield only as the first message, so pieces found since are announced one
    // by one.
    const { have } = this.#swarm.transfer!
    if (!superSeeding)
      for (let piece = 0; piece < have.length; piece++) if (have.has(piece)) this.link.out.have(piece)
    try {
      if (this.pieces.attach()) this.piecesChanged()
    } catch (error) {
      this.close(error as ShoalError)
    }
  }

  /** The peer's pieces changed as a whole. */
  piecesChanged(): void {
    this.updateInterest()
    this.closeIfUseless()
    this.#allowFast()
  }

  /** Notifies the peer when we gain or lose interest in its pieces. */
  updateInterest(): void {
    const { transfer } = this.#swarm
    const { pieces, flags } = this
    const interested =
      transfer !== null && pieces.bits !== null && transfer.picker.sources.isInteresting(pieces)
    if (interested === flags.amInterested) return
    flags.amInterested = interested
    if (interested) this.link.out.interested()
    else this.link.out.notInterested()
    this.closeIfUseless()
  }

  /**
   * Closes the connection if neither side downloads anything from the other (BEP 21). A peer
   * without pieces may still want the metadata. Peers that cannot be dialed (pages) stay: if either
   * side wants more files later, a tracker would have to bring them together again.
   */
  closeIfUseless(): void {
    const { pieces, link } = this
    if (!pieces.uploadOnly || link.isClosed || !this.#swarm.uploadOnly) return
    if (!pieces.isSeed && !(pieces.bits && pieces.bits.count > 0)) return
    const { have } = this.#swarm.transfer!
    // Gracefully only if a last message (a receipt) must arrive: the other end takes longer to
    // notice it.
    if (link.connection.dialableAddress || (pieces.isSeed && have.isFull))
      this.close(undefined, this.recognized !== null)
  }

  choke(): void {
    if (this.flags.amChoking) return
    this.flags.amChoking = true
    this.link.out.choke()
    // BEP 6: requests that will not be served are rejected one by one.
    this.upload.clear(piece => this.allowedFast.has(piece))
  }

  unchoke(): void {
    if (!this.flags.amChoking) return
    this.flags.amChoking = false
    // Before the peer may request, so that it knows which pieces to request.
    this.#suggest(SUGGESTED_AHEAD)
    this.link.out.unchoke()
  }

  /** The peer requests blocks of a piece, which may be one that was suggested. */
  requested(piece: number): void {
    if (this.#swarm.spreading.requested(piece)) this.#suggest(1)
  }

  /** BEP 16: lets the peer see one more of our pieces. */
  show(piece: number): void {
    this.shown?.set(piece, false)
    this.link.out.have(piece)
  }

  /** Ends super seeding: lets the peer see all of our pieces, and that we download nothing more. */
  showAll(): void {
    const { shown } = this
    if (!shown) return
    this.shown = null
    const { have } = this.#swarm.transfer!
    const hidden: number[] = []
    for (let piece = 0; piece < have.length; piece++)
      if (have.has(piece) && !shown.has(piece)) hidden.push(piece)
    this.sendHaves(hidden)
    this.extensions.sendUploadOnly()
  }

  /** Announces pieces that we have now. */
  sendHaves(pieces: readonly number[]): void {
    if (this.shown) return
    // A peer that has a piece does not need to know.
    for (const piece of pieces) if (!this.pieces.bits?.has(piece)) this.link.out.have(piece)
    if (this.flags.amInterested) this.updateInterest()
  }

  /** Once a second. */
  tick(now: number): void {
    this.link.tick(now)
    if (this.link.isClosed) return
    this.download.tick(now)
    this.download.fill()
    this.upload.serve()
  }

  close(error?: Error, graceful = false): void {
    this.link.close(error, graceful)
  }

  /** Clients without the fast extension receive nothing if we have nothing (BEP 3). */
  #sendPieces(): void {
    const have = this.#swarm.transfer?.have
    const { out } = this.link
    if (this.speaksFast && (!have || have.count === 0 || this.shown)) out.haveNone()
    else if (this.shown) return
    else if (this.speaksFast && have?.isFull) out.haveAll()
    else if (have && have.count > 0) out.bitfield(have.bytes.slice())
  }

  /** Suggests pieces that no other peer has (BEP 6). */
  #suggest(count: number): void {
    const { transfer, spreading } = this.#swarm
    if (!transfer || this.shown || !this.speaksFast || this.pieces.uploadOnly) return
    for (const piece of spreading.take(transfer, count)) this.link.out.suggest(piece)
  }

  /** Lets a peer that has next to nothing request a few pieces while we choke it (BEP 6). */
  #allowFast(): void {
    const { transfer, allowedFast, clock } = this.#swarm
    const theirs = this.pieces.bits
    if (!transfer || !theirs || this.shown || !this.speaksFast || !this.pieces.isKnown) return
    if (transfer.have.count === 0 || this.pieces.uploadOnly || !isBeginner(theirs)) return
    if (!allowedFast.admit(this.id, clock.nowMs())) return
    const { layout, have } = transfer
    const { host } = this.link.connection.remote
    const { infoHash } = this.handshake
    for (const piece of this.allowedFast.grant({ host, infoHash, layout, have, theirs }))
      this.link.out.allowedFast(piece)
  }
}
