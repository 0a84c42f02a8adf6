import { ShoalError } from '../../base/errors.ts'
import type { LimitChain } from '../../base/rate-limit.ts'
import type { RateMeter } from '../../base/rate-meter.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { RequestWindow } from '../../pieces/request-window.ts'
import type { PieceBuffer } from '../pieces/piece-buffer.ts'
import type { Transfer } from '../pieces/transfer.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { PeerLink } from './peer-link.ts'
import type { PeerPieces } from './peer-pieces.ts'
import { RequestedBlocks } from './requested-blocks.ts'

/**
 * A peer that owes us blocks and sends none for this long is snubbing us: the blocks are requested
 * from others. BEP 3 says a minute; on today's networks a healthy peer is never silent for that
 * long.
 */
const SNUB_MS = 15_000
/**
 * After this many consecutive rejections, a peer gets requests again only after a tick; otherwise
 * the same blocks would be requested forever.
 */
const MOST_REJECTED = 64
/** Number of useless bytes after which a peer counts as flooding us. */
const WASTE_ALLOWED_BYTES = 8 * 1024 * 1024

/** The blocks we requested from one peer, and their arrival. */
export class PeerDownload {
  readonly meter: RateMeter
  readonly window = new RequestWindow()
  totalBytes = 0
  /** Bytes among those, or unrequested ones, that we already had. */
  wastedBytes = 0
  /** Whether the peer has owed us blocks for too long. */
  snubbed = false
  readonly #swarm: SwarmState
  readonly #link: PeerLink
  readonly #pieces: PeerPieces
  readonly #throttle: LimitChain
  readonly #requested = new RequestedBlocks()
  readonly #picked: number[] = []
  #lastBlockMs = 0
  #unaskedBytes = 0
  #readBytes = 0
  #stopped = false
  /** Rejections since the last tick or block. */
  #rejected = 0

  /** The buffer that the bytes of the arriving block go to; null if they are dropped. */
  #buffer: PieceBuffer | null = null
  #block = 0
  #number = -1
  #at = 0
  #length = 0

  constructor(swarm: SwarmState, link: PeerLink, pieces: PeerPieces, throttle: LimitChain) {
    this.#swarm = swarm
    this.#link = link
    this.#pieces = pieces
    this.#throttle = throttle
    this.meter = pieces.meter
  }

  /** The piece whose block is due next; null if no block is. */
  get currentPiece(): number | null {
    const block = this.#requested.first
    return block === undefined ? null : (this.#swarm.transfer?.pieceOf(block) ?? null)
  }

  /** Number of blocks requested that have not arrived. */
  get asked(): number {
    return this.#requested.size
  }

  /** Requests more blocks, up to the window. */
  fill(): void {
    const { transfer } = this.#swarm
    if (this.#stopped || !transfer || !this.#pieces.mayRequest || !transfer.writer.hasRoom) return
    if (this.#rejected >= MOST_REJECTED) return
    // It would take up one of the few places among the sources of a block, so that others who
    // deliver could not be used.
    if (this.snubbed && transfer.picker.inEndgame) return
    const target = this.snubbed ? 1 : this.window.target
    let room = target - this.#requested.size
    // Requests are made in groups of a quarter of the window, which keeps picks and writes few.
    if (room <= 0 || (room < target / 4 && this.#requested.size > 0)) return
    if (this.#throttle.isLimited) room = this.#takeTokens(room)
    if (room === 0) return
    const now = this.#swarm.clock.nowMs()
    if (this.#requested.size === 0) this.#lastBlockMs = now
    this.#picked.length = 0
    this.#pieces.picking = true
    const count = transfer.picker.pick(this.#pieces, room, now, this.#picked)
    this.#pieces.picking = false
    for (let i = 0; i < count; i++) this.#ask(transfer, this.#picked[i]!, now)
    if (this.#throttle.isLimited && count < room) this.#throttle.give((room - count) * BLOCK_BYTES)
  }

  #ask(transfer: Transfer, number: number, now: number): void {
    const piece = transfer.pieceOf(number)
    const block = number - transfer.firstBlock(piece)
    this.#requested.add(number, now)
    this.#link.out.request(piece, block * BLOCK_BYTES, transfer.layout.blockSize(piece, block))
  }

  /**
   * Returns how many of `count` blocks the limits allow now, and calls `fill` again when they
   * allow more.
   */
  #takeTokens(count: number): number {
    const throttle = this.#throttle
    let taken = 0
    while (taken < count && throttle.take(BLOCK_BYTES)) taken++
    if (taken < count) throttle.whenReady(() => this.fill())
    return taken
  }

  /** Cancels a request: another source was faster. */
  cancel(number: number): void {
    const { transfer } = this.#swarm
    if (!transfer || !this.#requested.cancel(number)) return
    const piece = transfer.pieceOf(number)
    const block = number - transfer.firstBlock(piece)
    this.#link.out.cancel(piece, block * BLOCK_BYTES, transfer.layout.blockSize(piece, block))
  }

  /** The peer will not send the block (BEP 6). */
  rejected(piece: number, begin: number): void {
    const { transfer } = this.#swarm
    if (!transfer || begin % BLOCK_BYTES !== 0) return
    const block = begin / BLOCK_BYTES
    if (piece >= transfer.layout.pieceCount || block >= transfer.layout.blockCount(piece)) return
    const number = transfer.firstBlock(piece) + block
    if (!this.#requested.reject(number)) return
    this.#rejected++
    transfer.picker.released(this.#pieces.id, number)
  }

  /**
   * Returns all requests to the picker: the peer choked us without the fast extension, or
   * disconnected.
   */
  releaseAll(): void {
    if (this.#requested.size === 0) return
    this.#requested.release()
    this.#swarm.transfer?.picker.releaseAll(this.#pieces.id)
  }

  blockStart(piece: number, begin: number, length: number): void {
    const { transfer } = this.#swarm
    this.#buffer = null
    this.#at = 0
    this.#length = length
    this.#number = -1
    if (!transfer || piece >= transfer.layout.pieceCount || begin % BLOCK_BYTES !== 0) return
    const block = begin / BLOCK_BYTES
    if (block >= transfer.layout.blockCount(piece) || length !== transfer.layout.blockSize(piece, block))
      return
    const number = transfer.firstBlock(piece) + block
    if (!this.#requested.expects(number)) return
    this.#number = number
    this.#block = block
    this.#at = begin
    this.#buffer = transfer.buffers.claim(piece, block, this)
  }

  blockData(bytes: Uint8Array): void {
    this.#readBytes += bytes.length
    const buffer = this.#buffer
    if (!buffer?.isClaimedBy(this.#block, this)) return
    buffer.bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  blockEnd(): void {
    const { transfer } = this.#swarm
    const buffer = this.#buffer
    this.#buffer = null
    if (this.#number < 0 || !transfer) return this.#waste(this.#length)
    const now = this.#swarm.clock.nowMs()
    const askedMs = this.#requested.arrived(this.#number)
    this.#lastBlockMs = now
    this.snubbed = false
    this.#rejected = 0
    this.totalBytes += this.#length
    this.window.onBlock(this.#length, askedMs === undefined ? 0 : now - askedMs, now)
    // A block that we requested and another source delivered first is not a flood.
    if (!buffer?.isClaimedBy(this.#block, this)) {
      transfer.picker.released(this.#pieces.id, this.#number)
      this.#wasted(this.#length)
    } else if (!transfer.arrived(this.#pieces.id, this.#number, buffer, this.#block))
      this.#wasted(this.#length)
  }

  /** The peer disconnected: its requests and the block that was arriving are left to others. */
  stop(): void {
    this.#stopped = true
    this.#throttle.cancel()
    if (this.#buffer) this.#swarm.transfer?.buffers.unclaim(this.#buffer, this.#block, this)
    this.#buffer = null
    this.releaseAll()
  }

  /** Ends a read: counts its bytes once, and requests the same number again. */
  readEnd(): void {
    if (this.#readBytes > 0) {
      this.meter.add(this.#readBytes, this.#swarm.clock.nowMs())
      this.#swarm.events.onTransferred(this.#readBytes, 0)
      this.#readBytes = 0
    }
    this.fill()
  }

  /** Once a second: releases the requests of a snubbing peer to others. */
  tick(now: number): void {
    const { transfer } = this.#swarm
    this.#rejected = 0
    if (!transfer || this.#requested.size === 0) return
    const silent = now - this.#lastBlockMs
    if (silent > SNUB_MS + 2 * this.window.latencyMs) {
      transfer.picker.releaseAll(this.#pieces.id)
      this.window.stalled()
      this.#requested.giveUp()
      this.snubbed = true
    }
  }

  #wasted(bytes: number): void {
    this.wastedBytes += bytes
    this.#swarm.wastedBytes += bytes
  }

  #waste(bytes: number): void {
    this.#unaskedBytes += bytes
    this.#wasted(bytes)
    if (this.#unaskedBytes > WASTE_ALLOWED_BYTES + this.totalBytes / 4)
      throw new ShoalError('bad-message', 'it sends blocks that we did not request')
  }
}
