import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { formatHostPort } from '../base/ip.ts'
import type { LimitChain } from '../base/rate-limit.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import type { Connection } from '../transport/transport.ts'
import type { Handshake } from '../wire/handshake.ts'
import type { HashRange } from '../wire/messages.ts'
import { clientName } from '../wire/peer-id.ts'
import type { BlockCache } from './block-cache.ts'
import { FastGrants, isBeginner } from './fast-grants.ts'
import { type DownloadOwner, PeerDownload } from './peer-download.ts'
import { PeerExtensions } from './peer-extensions.ts'
import { type LinkOwner, PeerLink } from './peer-link.ts'
import { PeerPieces, type PiecesOwner } from './peer-pieces.ts'
import { PeerUpload, type UploadOwner } from './peer-upload.ts'
import { RoundRate } from './round-rate.ts'
import type { SwarmHost } from './swarm-host.ts'
import type { Transfer } from './transfer.ts'

/** BEP 3: a peer that says nothing for two minutes is gone; we speak at least this often. */
const KEEP_ALIVE_MS = 100_000
const SILENCE_MS = 150_000
/** Allowed-fast and suggested pieces that one peer may name (BEP 6). */
const MAX_HINTS = 64

export interface PeerOptions {
  readonly id: number
  readonly connection: Connection
  readonly encrypted: boolean
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
  readonly v2: boolean
  /** Both sides speak the fast extension (BEP 6). */
  readonly fast: boolean
  readonly downloadThrottle: LimitChain
  readonly uploadThrottle: LimitChain
  readonly download: PeerDownload
  readonly upload: PeerUpload
  readonly extensions: PeerExtensions
  readonly connectedMs: number
  /** What it gave us and took of us lately, for the choker. */
  readonly given: RoundRate
  readonly taken: RoundRate
  readonly suggested: number[] = []
  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  onParole = false
  picking = false
  /** When it was last unchoked, for the choker. */
  unchokedMs = 0
  /** What it lets us have while it chokes us, and what we let it (BEP 6). */
  readonly #allowedFast = new Set<number>()
  readonly #grants = new FastGrants()
  readonly #pieces: PeerPieces

  constructor(options: PeerOptions) {
    const { host, handshake } = options
    this.id = options.id
    this.host = host
    this.handshake = handshake
    this.encrypted = options.encrypted
    this.v2 = options.v2
    this.fast = handshake.features.fast
    this.connectedMs = host.clock.nowMs()
    this.given = new RoundRate(this.connectedMs)
    this.taken = new RoundRate(this.connectedMs)
    this.link = new PeerLink(options.connection, this, host.clock)
    this.downloadThrottle = options.downloadThrottle
    this.uploadThrottle = options.uploadThrottle
    this.download = new PeerDownload(this)
    this.upload = new PeerUpload(this)
    this.extensions = new PeerExtensions(this)
    this.#pieces = new PeerPieces(this)
  }

  get clock(): Clock {
    return this.host.clock
  }

  get transfer(): Transfer | null {
    return this.host.transfer
  }

  /** `host:port` that the connection has; the port is not the peer's listening one when it is incoming. */
  get address(): string {
    const { host, port } = this.link.connection.remote
    return formatHostPort(host, port)
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

  get mayRequest(): boolean {
    return this.amInterested && (!this.peerChoking || this.#allowedFast.size > 0)
  }

  /** Whether it has the piece and, while we choose what to ask, lets us have it. */
  has(piece: number): boolean {
    if (!this.bits?.has(piece)) return false
    return !this.picking || !this.peerChoking || this.#allowedFast.has(piece)
  }

  /** Says what we have and can do; `early` is what arrived behind the handshake. */
  start(early: Uint8Array): void {
    if (this.handshake.features.extended) this.extensions.sendHandshake()
    this.#sendHave()
    const { dhtPort } = this.host
    if (this.handshake.features.dht && dhtPort > 0) this.link.out.port(dhtPort)
    this.#pieces.attach()
    this.link.start(early)
  }

  #sendHave(): void {
    const have = this.transfer?.have
    const { out } = this.link
    if (this.fast && (!have || have.count === 0)) out.haveNone()
    else if (this.fast && have?.isFull) out.haveAll()
    else if (have && have.count > 0) out.bitfield(have.bytes.slice())
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
    const interested = transfer !== null && this.bits !== null && transfer.picker.hasWork(this)
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
    this.upload.clear(piece => this.#grants.has(piece))
  }

  unchoke(): void {
    if (!this.amChoking) return
    this.amChoking = false
    this.unchokedMs = this.clock.nowMs()
    this.link.out.unchoke()
  }

  /** A round of choking is over. */
  markRound(now: number): void {
    this.given.mark(this.download.totalBytes, now)
    this.taken.mark(this.upload.totalBytes, now)
  }

  /** Tells the peer of a piece that we have now. */
  sendHave(piece: number): void {
    // A peer that has the piece does not care, but for the first ones, which show that we are alive.
    if (!this.bits?.has(piece)) this.link.out.have(piece)
    if (this.amInterested) this.updateInterest()
  }

  /** Once a second. */
  tick(now: number): void {
    if (now - this.link.lastReceivedMs > SILENCE_MS)
      return this.close(new ShoalError('timeout', 'it said nothing for two minutes'))
    if (now - this.link.lastSentMs > KEEP_ALIVE_MS) this.link.out.keepAlive()
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
    this.download.readEnd()
    if (this.upload.queued > 0) this.upload.serve()
  }

  onDrain(): void {
    this.upload.serve()
  }

  onClosed(error: Error | undefined): void {
    this.download.abort()
    this.download.releaseAll()
    this.upload.stop()
    this.#pieces.detach()
    this.host.onPeerClosed(this, error)
  }

  // MessageHandler

  onKeepAlive(): void {}

  onChoke(): void {
    this.peerChoking = true
    // BEP 6: with the fast extension each request is answered or rejected, even after a choke.
    if (!this.fast) this.download.releaseAll()
  }

  onUnchoke(): void {
    this.peerChoking = false
    this.transfer?.picker.sourceUnchoked(this.id)
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
    this.#mustBeFast()
    this.#pieces.onHaveAll()
  }

  onHaveNone(): void {
    this.#mustBeFast()
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
    this.#grantFast()
  }

  /** BEP 6: who has next to nothing is let in on a few pieces. */
  #grantFast(): void {
    const { transfer, bits: theirs } = this
    if (!transfer || !theirs || !this.fast || !this.#pieces.isTold) return
    if (transfer.have.count === 0 || this.uploadOnly || !isBeginner(theirs)) return
    if (!this.host.fastGate.admit(this.id, this.clock.nowMs())) return
    const { layout, have } = transfer
    const { host } = this.link.connection.remote
    const { infoHash } = this.handshake
    for (const piece of this.#grants.grant({ host, infoHash, layout, have, theirs }))
      this.link.out.allowedFast(piece)
  }

  /** BEP 6: whoever sends its messages without having announced it is disconnected. */
  #mustBeFast(): void {
    if (!this.fast)
      throw new ShoalError('bad-message', 'it sent a message of an extension that it does not speak')
  }

  // MessageHandler: requests, and what is said of them

  onRequest(piece: number, begin: number, length: number): void {
    if (this.amChoking && !this.#isGranted(piece, length)) this.reject(piece, begin, length)
    else this.upload.request(piece, begin, length)
  }

  #isGranted(piece: number, length: number): boolean {
    if (!this.host.fastGate.isIn(this.id, this.clock.nowMs())) return false
    return this.#grants.take(piece, length, this.bits)
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
    this.host.onDhtNode(this.link.connection.remote.host, port)
  }

  onSuggest(piece: number): void {
    this.#mustBeFast()
    if (this.suggested.length >= MAX_HINTS) this.suggested.shift()
    this.suggested.push(piece)
  }

  onReject(piece: number, begin: number): void {
    this.#mustBeFast()
    // It may take back what it allowed, and would be asked for ever otherwise.
    if (this.peerChoking) this.#allowedFast.delete(piece)
    if (begin % BLOCK_BYTES === 0 && this.#exists(piece)) this.download.rejected(piece, begin)
  }

  onAllowedFast(piece: number): void {
    this.#mustBeFast()
    if (this.#allowedFast.size < MAX_HINTS && (!this.bits || this.#exists(piece)))
      this.#allowedFast.add(piece)
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
    if (this.fast) this.link.out.reject(piece, begin, length)
  }

  #exists(piece: number): boolean {
    return this.transfer !== null && piece < this.transfer.layout.pieceCount
  }
}

type RangeNumbers = [root: Uint8Array, baseLayer: number, index: number, length: number, proofs: number]

/** The hashes that a message is about, in memory of their own. */
function rangeOf([root, baseLayer, index, length, proofLayers]: RangeNumbers): HashRange {
  return { piecesRoot: root.slice(), baseLayer, index, length, proofLayers }
}
