import type { LimitChain } from '../../base/rate-limit.ts'
import { RateMeter } from '../../base/rate-meter.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { blockHeader } from '../../wire/message-writer.ts'
import { BLOCK_HEADER_BYTES } from '../../wire/messages.ts'
import type { BlockChunk } from '../pieces/block-cache.ts'
import type { Transfer } from '../pieces/transfer.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { PeerLink } from './peer-link.ts'

/**
 * Maximum number of requests queued for one peer; more are rejected. Announced as `reqq` (BEP 10).
 */
export const MAX_REQUESTS_QUEUED = 2000
/** Old clients request up to this much at once; most current ones request 16 KiB. */
const MAX_REQUEST_BYTES = 128 * 1024
/** Number of bytes written to the connection before we wait for it to send some. */
const HIGH_WATER_BYTES = 1024 * 1024
/** Number of chunks read ahead of the one being sent. */
const READ_AHEAD_CHUNKS = 3

interface Request {
  readonly piece: number
  readonly begin: number
  readonly length: number
}

/**
 * Answers the requests of one peer: in order, with read-ahead, and never faster than the connection
 * sends.
 */
export class PeerUpload {
  readonly meter = new RateMeter()
  totalBytes = 0
  readonly #swarm: SwarmState
  readonly #link: PeerLink
  readonly #throttle: LimitChain
  /** Whether the peer understands rejections (BEP 6). */
  readonly #speaksFast: boolean
  #queue: Request[] = []
  #head = 0
  /** Whether a read that the first request needs is in progress. */
  #waiting = false
  #stopped = false

  constructor(swarm: SwarmState, link: PeerLink, throttle: LimitChain, speaksFast: boolean) {
    this.#swarm = swarm
    this.#link = link
    this.#throttle = throttle
    this.#speaksFast = speaksFast
  }

  get queued(): number {
    return this.#queue.length - this.#head
  }

  /** Rejects a request, if the peer understands that (BEP 6). */
  reject(piece: number, begin: number, length: number): void {
    if (this.#speaksFast) this.#link.out.reject(piece, begin, length)
  }

  /** Accepts an allowed request; `serve` answers it. */
  request(piece: number, begin: number, length: number): void {
    const { transfer } = this.#swarm
    const fits =
      transfer?.have.has(piece) === true &&
      length > 0 &&
      length <= MAX_REQUEST_BYTES &&
      begin + length <= servedSize(transfer, piece)
    if (!fits || this.queued >= MAX_REQUESTS_QUEUED) return this.reject(piece, begin, length)
    if (this.#head >= MAX_REQUESTS_QUEUED) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    this.#queue.push({ piece, begin, length })
  }

  cancel(piece: number, begin: number, length: number): void {
    for (let i = this.#head; i < this.#queue.length; i++) {
      const request = this.#queue[i]!
      if (request.piece !== piece || request.begin !== begin || request.length !== length) continue
      this.#queue.splice(i, 1)
      return this.reject(piece, begin, length)
    }
  }

  /**
   * Drops the queue because we choke the peer. `keep`: pieces that it may still request (BEP 6,
   * allowed fast).
   */
  clear(keep: (piece: number) => boolean): void {
    const rest = this.#queue.slice(this.#head)
    this.#queue = rest.filter(request => keep(request.piece))
    this.#head = 0
    for (const { piece, begin, length } of rest) if (!keep(piece)) this.reject(piece, begin, length)
  }

  stop(): void {
    this.#stopped = true
    this.#queue = []
    this.#head = 0
    this.#throttle.cancel()
  }

  /**
   * Sends as much of the queue as the connection, the limits and the cache allow. Call when any of
   * them may have changed.
   */
  serve(): void {
    const { transfer, context } = this.#swarm
    const { connection } = this.#link
    while (!this.#stopped && !this.#waiting && transfer && this.#head < this.#queue.length) {
      if (connection.bufferedBytes >= HIGH_WATER_BYTES) return
      const request = this.#queue[this.#head]!
      if (!isWholeBlock(transfer, request)) return this.#sendOdd(transfer, request)
      const block = Math.floor(request.begin / BLOCK_BYTES)
      const chunk = context.cache.get(transfer, request.piece, block)
      if (!chunk) return this.#load(transfer, request.piece, block)
      if (!this.#send(transfer, request, chunk)) return
    }
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    }
  }

  /**
   * Answers the first request and those that continue it in the same chunk. Returns false if a
   * limit holds it back.
   */
  #send(transfer: Transfer, request: Request, chunk: BlockChunk): boolean {
    const first = Math.floor(request.begin / BLOCK_BYTES)
    const limited = this.#throttle.isLimited
    const lastInChunk = chunk.firstBlock + chunk.blockCount
    let end = first + 1
    let next = this.#head + 1
    while (!limited && end < lastInChunk && next < this.#queue.length) {
      const following = this.#queue[next]!
      if (following.piece !== request.piece || following.begin !== end * BLOCK_BYTES) break
      if (!isWholeBlock(transfer, following)) break
      end++
      next++
    }
    const bytes = chunk.messages(first, end)
    const payload = bytes.length - (end - first) * BLOCK_HEADER_BYTES
    if (!this.#mayStart(payload)) return false
    chunk.uses++
    this.#link.writeRaw(bytes, () => this.#swarm.context.cache.release(chunk))
    this.#head = next
    this.#sent(payload)
    this.#readAhead(transfer)
    return true
  }

  /**
   * Answers a request that does not match a block, which is rare, from storage. One at a time,
   * which bounds the memory.
   */
  #sendOdd(transfer: Transfer, { piece, begin, length }: Request): void {
    if (!this.#mayStart(length)) return
    this.#head++
    this.#waiting = true
    const bytes = new Uint8Array(BLOCK_HEADER_BYTES + length)
    bytes.set(blockHeader(piece, begin, length))
    const stored = Math.max(0, Math.min(length, transfer.layout.pieceSize(piece) - begin))
    transfer.storage
      .read(
        transfer.layout.pieceOffset(piece) + begin,
        bytes.subarray(BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + stored),
      )
      .then(
        () => {
          this.#waiting = false
          if (this.#stopped) return
          this.#link.writeRaw(bytes)
          this.#sent(length)
          this.serve()
        },
        error => {
          this.#waiting = false
          this.reject(piece, begin, length)
          this.#failed(piece, error)
        },
      )
  }

  #mayStart(bytes: number): boolean {
    if (this.#throttle.take(bytes)) return true
    this.#throttle.whenReady(() => this.serve())
    return false
  }

  #sent(payload: number): void {
    this.totalBytes += payload
    this.meter.add(payload, this.#swarm.clock.nowMs())
    this.#swarm.events.onTransferred(0, payload)
  }

  #load(transfer: Transfer, piece: number, block: number): void {
    this.#waiting = true
    this.#swarm.context.cache.load(transfer, piece, block).then(
      () => {
        this.#waiting = false
        this.serve()
      },
      error => {
        this.#waiting = false
        this.#failed(piece, error)
      },
    )
    this.#readAhead(transfer)
  }

  /** Reads the chunks that the next requests will need. */
  #readAhead(transfer: Transfer): void {
    const { cache } = this.#swarm.context
    let ahead = 0
    // Requests mostly arrive in order, so every sixteenth finds each chunk about once.
    for (let i = this.#head + 16; i < this.#queue.length && ahead < READ_AHEAD_CHUNKS; i += 16) {
      const { piece, begin } = this.#queue[i]!
      const block = Math.floor(begin / BLOCK_BYTES)
      ahead++
      if (cache.get(transfer, piece, block) || cache.isLoading(transfer, piece, block)) continue
      cache.load(transfer, piece, block).catch(() => {
        // The request itself will meet the same error, and report it.
      })
    }
  }

  #failed(piece: number, error: unknown): void {
    if (this.#stopped) return
    for (const request of this.#queue.slice(this.#head))
      if (request.piece === piece) this.reject(piece, request.begin, request.length)
    this.#queue = this.#queue.slice(this.#head).filter(request => request.piece !== piece)
    this.#head = 0
    this.#swarm.events.onReadError(piece, error)
    this.serve()
  }
}

function isWholeBlock(transfer: Transfer, { piece, begin, length }: Request): boolean {
  return begin % BLOCK_BYTES === 0 && length === transfer.layout.blockSize(piece, begin / BLOCK_BYTES)
}

/**
 * Returns the size of a piece as peers may request it. BEP 52 ends a v2 piece with its file, but
 * libtorrent 2.0.8 assumes that the file is padded with zeros to the end of the piece and requests
 * a full last block.
 */
function servedSize({ info, layout }: Transfer, piece: number): number {
  return info.version === 'v2' ? layout.blockCount(piece) * BLOCK_BYTES : layout.pieceSize(piece)
}
