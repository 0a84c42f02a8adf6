import type { PeerOrigin } from '../api.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import type { ShoalError } from '../base/errors.ts'
import { formatHostPort } from '../base/ip.ts'
import type { LimitChain } from '../base/rate-limit.ts'
import type { Connection } from '../transport/transport.ts'
import type { Handshake } from '../wire/handshake.ts'
import { clientName } from '../wire/peer-id.ts'
import type { BlockCache } from './block-cache.ts'
import { type RangeNumbers, rangeOf } from './hash-exchange.ts'
import { type DownloadOwner, PeerDownload } from './peer-download.ts'
import { PeerExtensions } from './peer-extensions.ts'
import { PeerFast } from './peer-fast.ts'
import { type LinkOwner, PeerLink } from './peer-link.ts'
import { PeerPieces, type PiecesOwner } from './peer-pieces.ts'
import { PeerUpload, type UploadOwner } from './peer-upload.ts'
import type { SwarmHost } from './swarm-host.ts'
import type { Transfer } from './transfer.ts'

export interface PeerOptions {
  readonly id: number
  readonly connection: Connection
  readonly encrypted: boolean
  readonly origin: PeerOrigin
  readonly handshake: Handshake
  /** Whether this connection speaks v2: its handshakes carried the v2 info hash (BEP 52). */
  readonly v2: boolean
  readonly host: SwarmHost
  readonly downloadThrottle: LimitChain
  readonly uploadThrottle: LimitChain
}

/** One connected peer: what it has, what it and we want of each other, and the messages between. */
export class Peer implements LinkOwner, DownloadOwner, UploadOwner, PiecesOwner {
  readonly id: number
  readonly link: PeerLink
  readonly host: SwarmHost
  readonly handshake: Handshake
  readonly encrypted: boolean
  readonly origin: PeerOrigin
  readonly v2: boolean
  readonly downloadThrottle: LimitChain
  readonly uploadThrottle: LimitChain
  readonly download: PeerDownload
  readonly upload: PeerUpload
  readonly extensions: PeerExtensions
  readonly fast: PeerFast
  readonly connectedMs: number
  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  onParole = false
  /** Failed pieces that it may be to blame for. */
  failedPieces = 0
  picking = false
  readonly #pieces: PeerPieces
  #hasLost = false
  #saidPort = false

  constructor(options: PeerOptions) {
    const { host, handshake } = options
    this.id = options.id
    this.host = host
    this.handshake = handshake
    this.encrypted = options.encrypted
    this.origin = options.origin
    this.v2 = options.v2
    this.connectedMs = host.clock.nowMs()
    this.link = new PeerLink(options.connection, this, host.clock)
    this.downloadThrottle = options.downloadThrottle
    this.uploadThrottle = options.uploadThrottle
    this.download = new PeerDownload(this)
    this.upload = new PeerUpload(this)
    this.extensions = new PeerExtensions(this)
    this.#pieces = new PeerPieces(this)
    this.fast = new PeerFast(this)
  }

  get clock(): Clock {
    return this.host.clock
  }

  get transfer(): Transfer | null {
    return this.host.transfer
  }

  /** `host:port` that the connection has (of WebRTC, a name when that is unknown); the port is not the peer's listening one when it is incoming. */
  get address(): string {
    const { host, port } = this.link.connection.remote
    return port === 0 ? host : formatHostPort(host, port)
  }

  get client(): string {
    return this.extensions.client ?? clientName(this.handshake.peerId)
  }

  get cache(): BlockCache {
    return this.host.cache
  }

  /** What it has; null while the metadata is unknown. */
  get bits(): Bitfield | null {
    return this.#pieces.bits
  }

  /** 0 to 1: how much of the torrent it has. */
  get progress(): number {
    const { bits } = this
    return bits && bits.length > 0 ? bits.count / bits.length : Number(this.isSeed)
  }

  get isTold(): boolean {
    return this.#pieces.isTold
  }

  /** Has every piece, and lets us have any. */
  get isSeed(): boolean {
    if (this.picking && this.peerChoking) return false
    return this.#pieces.isFull
  }

  /** It downloads nothing more: a seed, or a partial seed (BEP 21). */
  get uploadOnly(): boolean {
    return this.isSeed || this.extensions.uploadOnly
  }

  get bytesPerSecond(): number {
    return this.download.meter.bytesPerSecond(this.clock.nowMs())
  }

  readonly wantsRuns = false

  get suggested(): readonly number[] {
    return this.fast.suggested
  }

  get mayRequest(): boolean {
    return this.amInterested && (!this.peerChoking || this.fast.allowsAny)
  }

  /** Whether it has the piece and, while we choose what to ask, lets us have it. */
  has(piece: number): boolean {
    if (!this.bits?.has(piece)) return false
    return !this.picking || !this.peerChoking || this.fast.allows(piece)
  }

  /** Says what we have and can do; `early` is what arrived behind the handshake. */
  start(early: Uint8Array): void {
    if (this.handshake.features.extended) this.extensions.sendHandshake()
    this.fast.sendHave()
    const { dhtPort } = this.host
    if (this.handshake.features.dht && dhtPort > 0) this.link.out.port(dhtPort)
    this.#pieces.attach()
    this.link.start(early)
  }

  /** The metadata is known now: what the peer said before can be understood. */
  metadataKnown(): void {
    if (this.handshake.features.extended) this.extensions.sendHandshake()
    // BEP 3 has the bitfield only as the first message; what was found here since is told piece by piece.
    const { have } = this.transfer!
    for (let piece = 0; piece < have.length; piece++) if (have.has(piece)) this.link.out.have(piece)
    try {
      this.#pieces.attach()
    } catch (error) {
      this.close(error as ShoalError)
    }
  }

  /** Tells the peer when we come to want something of it, or cease to. */
  updateInterest(): void {
    const { transfer } = this
    const interested = transfer !== null && this.bits !== null && transfer.picker.sources.isInteresting(this)
    if (interested === this.amInterested) return
    this.amInterested = interested
    if (interested) this.link.out.interested()
    else this.link.out.notInterested()
    this.checkUse()
  }

  /** Something said that the peer may download nothing more. */
  checkUse(): void {
    if (this.uploadOnly && !this.link.isClosed) this.host.onUploadOnly(this)
  }

  choke(): void {
    if (this.amChoking) return
    this.amChoking = true
    this.link.out.choke()
    // BEP 6: requests that will not be served are rejected one by one.
    this.upload.clear(piece => this.fast.isGranted(piece))
  }

  unchoke(): void {
    if (!this.amChoking) return
    this.amChoking = false
    this.link.out.unchoke()
  }

  /** Tells the peer of a piece that we have now. */
  sendHave(piece: number): void {
    // A peer that has the piece does not care.
    if (!this.bits?.has(piece)) this.link.out.have(piece)
    if (this.amInterested) this.updateInterest()
  }

  /** Once a second. */
  tick(now: number): void {
    this.link.tick(now)
    if (this.link.isClosed) return
    this.download.tick(now)
    this.extensions.tick(now)
    this.download.fill()
    this.upload.serve()
  }

  close(error?: Error, graceful = false): void {
    this.link.close(error, graceful)
  }

  // LinkOwner

  onReadEnd(): void {
    // Once for all that was lost: it may take a look at every piece.
    if (this.#hasLost) {
      this.#hasLost = false
      this.updateInterest()
    }
    this.download.readEnd()
    if (this.upload.queued > 0) this.upload.serve()
  }

  onDrain(): void {
    this.upload.serve()
  }

  onClosed(error: Error | undefined): void {
    this.download.stop()
    this.upload.stop()
    this.#pieces.detach()
    this.host.onPeerClosed(this, error)
  }

  // MessageHandler

  onKeepAlive(): void {}

  onChoke(): void {
    this.peerChoking = true
    // BEP 6: with the fast extension each request is answered or rejected, even after a choke.
    if (!this.fast.isSpoken) this.download.releaseAll()
  }

  onUnchoke(): void {
    this.peerChoking = false
    this.transfer?.picker.sources.unchoked(this.id)
  }

  onInterested(): void {
    if (this.peerInterested) return
    this.peerInterested = true
    this.host.onInterestChanged(this)
  }

  onNotInterested(): void {
    if (!this.peerInterested) return
    this.peerInterested = false
    this.host.onInterestChanged(this)
  }

  onHave(piece: number): void {
    this.#pieces.onHave(piece)
  }

  onBitfield(bytes: Uint8Array): void {
    this.#pieces.onBitfield(bytes)
  }

  onHaveAll(): void {
    this.fast.mustBeSpoken()
    this.#pieces.onHaveAll()
  }

  onHaveNone(): void {
    this.fast.mustBeSpoken()
    this.#pieces.onHaveNone()
  }

  onDontHave(piece: number): void {
    this.#pieces.onDontHave(piece)
  }

  // PiecesOwner

  onGained(): void {
    if (!this.amInterested) this.updateInterest()
    this.checkUse()
  }

  onPiecesChanged(): void {
    this.updateInterest()
    this.checkUse()
    this.fast.grant()
  }

  onLost(): void {
    this.#hasLost = true
  }

  // MessageHandler: requests, and what is said of them

  onRequest(piece: number, begin: number, length: number): void {
    if (this.amChoking && !this.fast.admits(piece, length)) this.reject(piece, begin, length)
    else this.upload.request(piece, begin, length)
  }

  onCancel(piece: number, begin: number, length: number): void {
    this.upload.cancel(piece, begin, length)
  }

  onBlockStart(piece: number, begin: number, length: number): void {
    this.download.blockStart(piece, begin, length)
  }

  onBlockData(bytes: Uint8Array): void {
    this.download.blockData(bytes)
  }

  onBlockEnd(): void {
    this.download.blockEnd()
  }

  onPort(port: number): void {
    // BEP 5 has it sent once; each makes us send a packet there. A WebRTC peer may be seen behind a relay.
    if (this.#saidPort || this.link.connection.kind === 'webrtc') return
    this.#saidPort = true
    this.host.onDhtNode(this.link.connection.remote.host, port)
  }

  onSuggest(piece: number): void {
    this.fast.onSuggest(piece)
  }

  onReject(piece: number, begin: number): void {
    this.fast.mustBeSpoken()
    if (this.peerChoking) this.fast.takeBack(piece)
    this.download.rejected(piece, begin)
  }

  onAllowedFast(piece: number): void {
    this.fast.onAllowed(piece)
  }

  onExtended(id: number, payload: Uint8Array): void {
    this.extensions.onMessage(id, payload)
  }

  onHashRequest(...range: RangeNumbers): void {
    void this.host.hashes.answer(this, rangeOf(range))
  }

  onHashes(...[root, base, index, length, proofs, hashes]: [...RangeNumbers, hashes: Uint8Array]): void {
    this.host.hashes.received(this, rangeOf([root, base, index, length, proofs]), hashes)
  }

  onHashReject(...range: RangeNumbers): void {
    this.host.hashes.rejected(this, rangeOf(range))
  }

  onUnknown(): void {}

  // Of PeerDownload and PeerUpload

  cancelBlock(number: number): void {
    this.download.cancel(number)
  }

  onDownloaded(bytes: number): void {
    this.host.onDownloaded(this, bytes)
  }

  onUploaded(bytes: number): void {
    this.host.onUploaded(this, bytes)
  }

  onWasted(bytes: number): void {
    this.host.onWasted(bytes)
  }

  onReadError(piece: number, error: unknown): void {
    this.host.onReadError(piece, error)
  }

  reject(piece: number, begin: number, length: number): void {
    if (this.fast.isSpoken) this.link.out.reject(piece, begin, length)
  }
}
