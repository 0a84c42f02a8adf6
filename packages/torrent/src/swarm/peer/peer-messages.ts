import { OUR_EXTENSION_IDS } from '#extension-ids'
import { ShoalError } from '../../base/errors.ts'
import { parseIp } from '../../base/ip.ts'
import { parseDontHave, parseUploadOnly } from '../../wire/extensions/small-extensions.ts'
import { parseMetadataMessage } from '../../wire/extensions/ut-metadata.ts'
import { type HashExchange, hashRange, type RangeNumbers } from '../exchange/hash-exchange.ts'
import type { MetadataExchange } from '../exchange/metadata-exchange.ts'
import type { SwarmState } from '../swarm-state.ts'
import { InterestFlips } from './interest-flips.ts'
import type { Peer } from './peer.ts'
import type { LinkHandler } from './peer-link.ts'

/** Events that peers report to their swarm. */
export interface PeerEvents {
  onClosed(peer: Peer, error: Error | undefined): void
  /** The peer became interested in our pieces, or no longer is. */
  onInterestChanged(peer: Peer): void
  /** The peer announced the port on which it accepts connections. */
  onListenPort(peer: Peer, port: number): void
  /** The pieces of the peer changed: one that it gained, or as a whole. */
  onPieces(peer: Peer, gained?: number): void
  /** A message of an extension that the peer does not handle itself. Throws `bad-message`. */
  onExtended(peer: Peer, id: number, payload: Uint8Array): void
}

export interface PeerMessagesOptions {
  readonly peer: Peer
  readonly swarm: SwarmState
  readonly metadata: MetadataExchange
  readonly hashes: HashExchange
  readonly events: PeerEvents
}

/** Handles the messages of one peer and the end of its connection. */
export class PeerMessages implements LinkHandler {
  readonly #peer: Peer
  readonly #swarm: SwarmState
  readonly #metadata: MetadataExchange
  readonly #hashes: HashExchange
  readonly #events: PeerEvents
  /** Whether the peer lost pieces during this read. */
  #hasLost = false
  #saidPort = false
  readonly #flips = new InterestFlips()

  constructor({ peer, swarm, metadata, hashes, events }: PeerMessagesOptions) {
    this.#peer = peer
    this.#swarm = swarm
    this.#metadata = metadata
    this.#hashes = hashes
    this.#events = events
  }

  // The link

  onReadEnd(): void {
    const { download, upload } = this.#peer
    // Once for all lost pieces: searching for interesting ones may visit every piece.
    if (this.#hasLost) {
      this.#hasLost = false
      this.#peer.updateInterest()
    }
    download.readEnd()
    if (upload.queued > 0) upload.serve()
  }

  onDrain(): void {
    this.#peer.upload.serve()
  }

  onClosed(error: Error | undefined): void {
    const peer = this.#peer
    peer.download.stop()
    peer.upload.stop()
    peer.pieces.detach()
    this.#events.onClosed(peer, error)
  }

  // Choking and interest

  onKeepAlive(): void {}

  onChoke(): void {
    const peer = this.#peer
    peer.flags.peerChoking = true
    // BEP 6: with the fast extension each request is answered or rejected, even after a choke.
    if (!peer.speaksFast) peer.download.releaseAll()
  }

  onUnchoke(): void {
    this.#peer.flags.peerChoking = false
    this.#swarm.transfer?.picker.sources.unchoked(this.#peer.id)
  }

  onInterested(): void {
    this.#setInterested(true)
  }

  onNotInterested(): void {
    this.#setInterested(false)
  }

  #setInterested(interested: boolean): void {
    const { flags } = this.#peer
    if (flags.peerInterested === interested) return
    this.#flips.count(this.#swarm.clock.nowMs())
    flags.peerInterested = interested
    this.#events.onInterestChanged(this.#peer)
  }

  // Which pieces it has

  onHave(piece: number): void {
    const peer = this.#peer
    if (!peer.pieces.onHave(piece)) return
    if (!peer.flags.amInterested) peer.updateInterest()
    peer.closeIfUseless()
    this.#events.onPieces(peer, piece)
  }

  onBitfield(bytes: Uint8Array): void {
    if (this.#peer.pieces.onBitfield(bytes)) piecesChanged(this.#peer, this.#events)
  }

  onHaveAll(): void {
    this.#mustSpeakFast()
    if (this.#peer.pieces.onHaveAll()) piecesChanged(this.#peer, this.#events)
  }

  onHaveNone(): void {
    this.#mustSpeakFast()
    if (this.#peer.pieces.onHaveNone()) piecesChanged(this.#peer, this.#events)
  }

  onSuggest(piece: number): void {
    this.#mustSpeakFast()
    this.#peer.pieces.onSuggest(piece)
  }

  onAllowedFast(piece: number): void {
    this.#mustSpeakFast()
    this.#peer.pieces.onAllowedFast(piece)
  }

  // Requests and blocks

  onRequest(piece: number, begin: number, length: number): void {
    const { flags, upload, shown } = this.#peer
    if (shown?.get(piece) === false) shown.set(piece, true)
    const isAllowed = !flags.amChoking || this.#isAllowedFast(piece, length)
    if (!isAllowed || (shown && !shown.has(piece))) return upload.reject(piece, begin, length)
    upload.request(piece, begin, length)
    this.#peer.requested(piece)
  }

  onCancel(piece: number, begin: number, length: number): void {
    this.#peer.upload.cancel(piece, begin, length)
  }

  onReject(piece: number, begin: number): void {
    const { flags, pieces, download } = this.#peer
    this.#mustSpeakFast()
    if (flags.peerChoking) pieces.onRejectWhileChoked(piece)
    download.rejected(piece, begin)
  }

  onBlockStart(piece: number, begin: number, length: number): void {
    this.#peer.download.blockStart(piece, begin, length)
  }

  onBlockData(bytes: Uint8Array): void {
    this.#peer.download.blockData(bytes)
  }

  onBlockEnd(): void {
    this.#peer.download.blockEnd()
  }

  // DHT, extensions and hashes

  onPort(port: number): void {
    const host = this.#peer.link.connection.dialableAddress?.host
    // BEP 5 has it sent once, since each makes us send a packet there.
    if (this.#saidPort || host === undefined || !parseIp(host)) return
    this.#saidPort = true
    if (!this.#swarm.torrent.isPrivate) this.#swarm.context.onDhtNode(host, port)
  }

  onExtended(id: number, payload: Uint8Array): void {
    const peer = this.#peer
    switch (id) {
      case 0:
        return this.#onExtendedHandshake(payload)
      case OUR_EXTENSION_IDS.ut_metadata:
        return this.#onMetadata(payload)
      case OUR_EXTENSION_IDS.lt_donthave:
        if (peer.pieces.onDontHave(parseDontHave(payload))) this.#hasLost = true
        return
      case OUR_EXTENSION_IDS.upload_only:
        peer.flags.uploadOnly = parseUploadOnly(payload)
        return peer.closeIfUseless()
      default:
        this.#events.onExtended(peer, id, payload)
    }
  }

  onHashRequest(...range: RangeNumbers): void {
    void this.#hashes.answer(this.#peer, hashRange(range))
  }

  onHashes(...[root, base, index, length, proofs, hashes]: [...RangeNumbers, hashes: Uint8Array]): void {
    this.#hashes.received(this.#peer, hashRange([root, base, index, length, proofs]), hashes)
  }

  onHashReject(...range: RangeNumbers): void {
    this.#hashes.rejected(this.#peer, hashRange(range))
  }

  onUnknown(): void {}

  #onExtendedHandshake(payload: Uint8Array): void {
    const peer = this.#peer
    const port = peer.extensions.onHandshake(payload)
    if (port !== undefined) this.#events.onListenPort(peer, port)
    if (!this.#swarm.transfer) this.#metadata.onPeerReady(peer)
    peer.closeIfUseless()
  }

  #onMetadata(payload: Uint8Array): void {
    const peer = this.#peer
    const message = parseMetadataMessage(payload)
    if (message.type === 'request') peer.extensions.answerMetadata(message.piece)
    else if (message.type === 'reject') this.#metadata.onReject(peer, message.piece)
    else if (message.type === 'data')
      this.#metadata.onData(peer, message.piece, message.totalSize, message.block)
  }

  /** Returns whether to serve a request although we choke the peer (BEP 6), and counts it. */
  #isAllowedFast(piece: number, length: number): boolean {
    const { id, allowedFast, pieces } = this.#peer
    if (!this.#swarm.allowedFast.isAdmitted(id, this.#swarm.clock.nowMs())) return false
    return allowedFast.take(piece, length, pieces.bits)
  }

  /**
   * BEP 6: a peer that sends messages of the fast extension without having announced it is
   * disconnected.
   */
  #mustSpeakFast(): void {
    if (!this.#peer.speaksFast)
      throw new ShoalError('bad-message', 'it sent a message of an extension that it does not speak')
  }
}

/** The pieces of the peer changed as a whole. */
function piecesChanged(peer: Peer, events: PeerEvents): void {
  peer.piecesChanged()
  events.onPieces(peer)
}
