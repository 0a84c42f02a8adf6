import type { SigningKey } from '#sealing'
import { equalBytes, hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type {
  NetworkKey,
  PeerClaims,
  Recognition,
  RecognizedPeer,
  RefusalReason,
} from '../../recognition-api.ts'
import {
  RecognitionError,
  RecognitionHandshake,
  type SealedChannel,
} from '../../wire/recognition/handshake.ts'
import {
  pseudonymOf,
  type Receipt,
  readReceipt,
  receiptPair,
  receiptTorrent,
  signReceipt,
} from '../../wire/recognition/receipt.ts'
import {
  encodeAbout,
  encodeReceiptMessage,
  encodeSealed,
  parseSealed,
  parseShPeer,
  SH_PEER_VERSION,
} from '../../wire/recognition/sh-peer.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { ExchangeBudget } from './exchange-budget.ts'

/** A receipt (226 bytes, 0.02 % of the traffic) is sent whenever this many bytes were verified. */
const RECEIPT_EVERY_BYTES = 1024 * 1024
/**
 * Bytes since the last receipt are confirmed after this time without blocks, if they are worth a
 * receipt (0.1 %).
 */
const RECEIPT_IDLE_MS = 5000
const LEAST_RECEIPT_BYTES = 256 * 1024
/**
 * Number of bytes that a peer may take without confirming them, in addition to four pieces: they
 * may be in transit, or not verified yet.
 */
const UNCONFIRMED_BYTES = 8 * 1024 * 1024
/** Share of our bytes that it may discard: duplicate blocks, and pieces that others spoiled. */
const UNCONFIRMED_SHARE = 0.1
/**
 * Maximum number of `sh_peer` messages from a peer: a greeting, a proof, its claims, and one for
 * each receipt.
 */
const SPARE_MESSAGES = 16
/**
 * Maximum number of introductions to one peer: the first, and one for each change of our claims.
 */
const MAX_INTRODUCTIONS = 8

export interface PeerRecognitionOptions {
  readonly peer: Peer
  readonly swarm: SwarmState
  readonly recognition: Recognition
  /** The network key, which stays the same for this connection. */
  readonly key: NetworkKey
  /** 20 bytes, as the opener of a connection names the torrent. */
  readonly infoHash: Uint8Array
  readonly budget: ExchangeBudget
  /** A number for the receipts that we sign, higher than any before it. */
  nextEpoch(): number
}

/** The exchange of `sh_peer` with one peer, and the receipts after it. */
export class PeerRecognition {
  /** The peer once it has proved its key. */
  recognized: RecognizedPeer | null = null
  /** Number of verified bytes from this peer. */
  verifiedBytes = 0
  readonly #options: PeerRecognitionOptions
  #handshake: RecognitionHandshake | null = null
  #isOver = false
  #messages = 0
  #channel: SealedChannel | null = null
  #theirKey: Uint8Array = new Uint8Array(0)
  #ourPseudonym: SigningKey | null = null
  #theirPseudonym: Uint8Array = new Uint8Array(0)
  /** Our claims as last sent to the peer, and the number of times they were sent. */
  #claimed: PeerClaims = {}
  #introductions = 0
  readonly #torrent: Uint8Array
  #epoch = 0
  /**
   * Bytes confirmed by our last receipt, and the time since which further bytes have been waiting.
   */
  #receiptedBytes = 0
  #changedMs = 0
  #seenBytes = 0
  /**
   * Bytes confirmed by their last receipt, and the count of sent bytes since which they owe us
   * receipts.
   */
  #theirEpoch: number | null = null
  #confirmedBytes = 0
  #owedFromBytes = 0

  constructor(options: PeerRecognitionOptions) {
    this.#options = options
    this.#torrent = receiptTorrent(options.infoHash)
  }

  /**
   * Once a second. The acceptor of the connection greets as soon as the peer has announced support
   * for `sh_peer`.
   */
  tick(nowMs: number): void {
    const { peer } = this.#options
    if (this.#isOver || !peer.extensions.supports('sh_peer')) return
    if (!this.#handshake && peer.link.connection.incoming) {
      const handshake = this.#begin(nowMs)
      if (handshake) this.#send(handshake.start())
    }
    if (!this.recognized) return
    this.#sendReceipt(nowMs)
    this.#introduce()
  }

  /** Whether the peer has taken much more than it confirmed. */
  get owesReceipts(): boolean {
    const { peer, swarm } = this.#options
    const sent = peer.upload.totalBytes - this.#owedFromBytes
    const pieceBytes = swarm.transfer?.layout.pieceLengthBytes ?? 0
    const allowed = UNCONFIRMED_BYTES + 4 * pieceBytes + sent * UNCONFIRMED_SHARE
    return sent - this.#confirmedBytes > allowed
  }

  /**
   * A message of `sh_peer`. Throws `bad-message` if it is malformed or unexpected; after a wrong
   * proof the peer is merely not recognized.
   */
  received(payload: Uint8Array): void {
    // Once refused, the peer is a stranger like others.
    if (this.#isOver) return
    try {
      this.#count()
      this.#handle(payload)
    } catch (error) {
      const reason = error instanceof RecognitionError ? error.reason : 'malformed'
      this.#refuse(reason)
      if (reason !== 'not-proved') throw error
    }
  }

  #handle(payload: Uint8Array): void {
    const message = parseShPeer(payload)
    if (message.type === 'unknown') return
    if (message.type === 'sealed') return this.#unseal(message.box)
    const { peer, swarm } = this.#options
    if (!this.#handshake) {
      if (message.type !== 'greeting' || peer.link.connection.incoming)
        throw new RecognitionError('unexpected', 'it sent a message of sh_peer at the wrong time')
      // A future version: the peer is not recognized.
      if (message.version !== SH_PEER_VERSION || !this.#begin(swarm.clock.nowMs())) return
    }
    const { send, done } = this.#handshake!.receive(message)
    if (send) this.#send(send)
    if (!done) return
    this.#channel = done.channel
    this.#theirKey = done.peer
    this.#introduce()
  }

  #begin(nowMs: number): RecognitionHandshake | null {
    const { peer, swarm, key, infoHash, budget } = this.#options
    const { connection } = peer.link
    if (!budget.take(connection.remote.host, nowMs)) {
      this.#refuse('too-many')
      return null
    }
    const [ours, theirs] = [swarm.context.peerId, peer.handshake.peerId]
    const { incoming, channelBinding: binding = new Uint8Array(0) } = connection
    const peerIds = incoming ? { opener: theirs, acceptor: ours } : { opener: ours, acceptor: theirs }
    const facts = { infoHash, peerIds, binding }
    const end = incoming ? 'acceptor' : 'opener'
    this.#handshake = new RecognitionHandshake({ end, key, facts, random: swarm.context.random })
    return this.#handshake
  }

  /**
   * Introduces us to the peer, now that it has proved its identity, and again when our claims
   * change.
   */
  #introduce(): void {
    const { recognition, key } = this.#options
    const claims = recognition.claimsFor(hex(this.#theirKey), key)
    const isNews = this.#introductions === 0 || !isSameClaims(claims, this.#claimed)
    if (!isNews || this.#introductions === MAX_INTRODUCTIONS) return
    this.#introductions++
    this.#claimed = claims
    this.#ourPseudonym ??= pseudonymOf(recognition.pseudonymSecret, this.#theirKey)
    const { publicKey: pseudonym } = this.#ourPseudonym
    this.#sendSealed(encodeAbout(key.publicKey, { ...claims, pseudonym }))
  }

  #unseal(box: Uint8Array): void {
    if (!this.#channel) throw new RecognitionError('unexpected', 'it sealed a message before the exchange')
    const message = parseSealed(this.#channel.open(box), this.#theirKey)
    if (message.type === 'receipt') return this.#onReceipt(message.receipt)
    if (message.type !== 'about') return
    const { peer, infoHash, recognition } = this.#options
    const { type: _, pseudonym, ...claims } = message
    if (this.recognized) {
      if (!equalBytes(pseudonym, this.#theirPseudonym))
        throw new RecognitionError('unexpected', 'it introduced itself as another')
      return recognition.onRecognized(this.recognized, claims)
    }
    const { channelBinding, remote } = peer.link.connection
    this.#theirPseudonym = pseudonym
    this.#owedFromBytes = peer.upload.totalBytes
    this.recognized = {
      key: hex(this.#theirKey),
      host: remote.host,
      torrent: hex(infoHash),
      isBound: channelBinding !== undefined,
    }
    recognition.onRecognized(this.recognized, claims)
  }

  /**
   * The download is complete, and the connection may end: confirms all bytes without a receipt,
   * however few.
   */
  confirmRest(): void {
    if (this.recognized) this.#confirm(1)
  }

  #sendReceipt(nowMs: number): void {
    if (this.verifiedBytes > this.#seenBytes) {
      this.#seenBytes = this.verifiedBytes
      this.#changedMs = nowMs
    }
    const isIdle = nowMs - this.#changedMs >= RECEIPT_IDLE_MS
    this.#confirm(isIdle ? LEAST_RECEIPT_BYTES : RECEIPT_EVERY_BYTES)
  }

  /**
   * Confirms received bytes (we are the receiver), if at least `leastBytes` have arrived since the
   * last receipt.
   */
  #confirm(leastBytes: number): void {
    const { verifiedBytes } = this
    if (verifiedBytes - this.#receiptedBytes < leastBytes) return
    this.#receiptedBytes = verifiedBytes
    this.#epoch ||= this.#options.nextEpoch()
    const ours = this.#ourPseudonym!
    const pair = receiptPair(this.#theirPseudonym, ours.publicKey)
    const receipt = { torrent: this.#torrent, pair, epoch: this.#epoch, bytes: verifiedBytes }
    this.#sendSealed(encodeReceiptMessage(signReceipt(receipt, ours)))
  }

  /** The peer confirms received bytes (we are the giver). */
  #onReceipt(signed: Uint8Array): void {
    const { recognized } = this
    if (!recognized) throw new RecognitionError('unexpected', 'it sent a receipt before it introduced itself')
    const { epoch, bytes } = this.#checked(signed)
    this.#theirEpoch = epoch
    this.#confirmedBytes = bytes
    this.#options.recognition.onReceipt(recognized, { epoch, bytes, receipt: signed })
  }

  #checked(signed: Uint8Array): Receipt {
    try {
      const receipt = readReceipt(signed, this.#theirPseudonym)
      const { torrent, pair, epoch, bytes } = receipt
      const isOurs =
        equalBytes(torrent, this.#torrent) &&
        equalBytes(pair, receiptPair(this.#ourPseudonym!.publicKey, this.#theirPseudonym))
      const isNext = epoch === (this.#theirEpoch ?? epoch) && bytes > this.#confirmedBytes
      if (isOurs && isNext && bytes <= this.#options.peer.upload.totalBytes) return receipt
      throw new ShoalError('bad-message', 'its receipt does not match what we sent')
    } catch (error) {
      this.#refuse('bad-receipt')
      throw error
    }
  }

  /** Bounds how much a peer makes us decrypt and verify: receipts are due once for each MiB. */
  #count(): void {
    this.#messages++
    const { peer } = this.#options
    if (this.#messages > SPARE_MESSAGES + peer.upload.totalBytes / LEAST_RECEIPT_BYTES)
      throw new RecognitionError('unexpected', 'it sends more messages of sh_peer than it has reasons for')
  }

  #refuse(reason: RefusalReason): void {
    if (this.#isOver) return
    this.#isOver = true
    this.recognized = null
    const { peer, recognition } = this.#options
    recognition.onRefused(peer.link.connection.remote.host, reason)
  }

  #sendSealed(content: Uint8Array): void {
    this.#send(encodeSealed(this.#channel!.seal(content)))
  }

  #send(payload: Uint8Array): void {
    this.#options.peer.extensions.send('sh_peer', payload)
  }
}

function isSameClaims(a: PeerClaims, b: PeerClaims): boolean {
  const none = new Uint8Array(0)
  const isSameCertificate = equalBytes(a.certificate ?? none, b.certificate ?? none)
  return isSameCertificate && a.did === b.did && a.wallet === b.wallet && a.reputation === b.reputation
}
