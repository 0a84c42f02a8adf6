import { writeU32 } from '../../base/bytes.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { Storage } from '../../storage/storage.ts'
import { BLOCK_HEADER_BYTES, MessageId } from '../../wire/messages.ts'
import { BufferPool } from './buffer-pool.ts'

/** Number of blocks read from storage at a time: 256 KiB. */
const CHUNK_BLOCKS = 16
const STRIDE = BLOCK_HEADER_BYTES + BLOCK_BYTES
const CHUNK_BYTES = CHUNK_BLOCKS * STRIDE

/** The parts of a torrent that the cache reads from. */
export interface BlockReader {
  readonly layout: PieceLayout
  readonly storage: Storage
  /**
   * Returns bytes of a piece that has just arrived, if they are still in memory. They may change
   * once control returns to the event loop.
   */
  recentPiece?(piece: number): Uint8Array | undefined
}

/**
 * A run of blocks of one piece in the form in which they are sent: each after the 13 bytes that
 * make it a `piece` message. Requests in order are answered with one stretch of memory, which is
 * read from disk once and never copied.
 */
export class BlockChunk {
  readonly firstBlock: number
  readonly blockCount: number
  readonly buffer: Uint8Array<ArrayBuffer>
  readonly #lastEnd: number
  /** Number of pending sends: the buffer is not reused before they end. */
  uses = 0
  evicted = false

  constructor(
    buffer: Uint8Array<ArrayBuffer>,
    firstBlock: number,
    blockCount: number,
    lastBlockBytes: number,
  ) {
    this.buffer = buffer
    this.firstBlock = firstBlock
    this.blockCount = blockCount
    this.#lastEnd = (blockCount - 1) * STRIDE + BLOCK_HEADER_BYTES + lastBlockBytes
  }

  /** The `piece` messages of blocks `[from, to)`, counted within the piece. */
  messages(from: number, to: number): Uint8Array {
    const begin = (from - this.firstBlock) * STRIDE
    const end = to - this.firstBlock === this.blockCount ? this.#lastEnd : (to - this.firstBlock) * STRIDE
    return this.buffer.subarray(begin, end)
  }
}

/**
 * Keeps blocks that were read to be sent, since other peers may request them too. A session has
 * one cache, so that `maxBytes` bounds its memory regardless of the number of torrents and peers.
 */
export class BlockCache {
  readonly #pool: BufferPool
  readonly #maxChunks: number
  /** By reader and chunk, in order of last use: a Map keeps the order of insertion. */
  readonly #chunks = new Map<string, BlockChunk>()
  readonly #loading = new Map<string, Promise<BlockChunk>>()
  readonly #ids = new WeakMap<BlockReader, number>()
  #nextId = 0

  constructor(options: { maxBytes: number }) {
    this.#maxChunks = Math.max(4, Math.floor(options.maxBytes / CHUNK_BYTES))
    this.#pool = new BufferPool({ sizeBytes: CHUNK_BYTES, keepBytes: CHUNK_BYTES * 8 })
  }

  /** Returns the chunk that holds the block, if it is in memory. */
  get(reader: BlockReader, piece: number, block: number): BlockChunk | undefined {
    const key = this.#key(reader, piece, block)
    const chunk = this.#chunks.get(key)
    if (chunk) {
      this.#chunks.delete(key)
      this.#chunks.set(key, chunk)
    }
    return chunk
  }

  /** Reads the chunk that holds the block. Rejects as `Storage.read` does. */
  load(reader: BlockReader, piece: number, block: number): Promise<BlockChunk> {
    const key = this.#key(reader, piece, block)
    const under = this.#loading.get(key)
    if (under) return under
    const loading = this.#read(reader, piece, block - (block % CHUNK_BLOCKS))
      .then(chunk => {
        this.#keep(key, chunk)
        return chunk
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }

  isLoading(reader: BlockReader, piece: number, block: number): boolean {
    return this.#loading.has(this.#key(reader, piece, block))
  }

  /** Ends one send from the chunk. */
  release(chunk: BlockChunk): void {
    chunk.uses--
    if (chunk.evicted && chunk.uses === 0) this.#pool.give(chunk.buffer)
  }

  /** Drops the chunks of a torrent. */
  drop(reader: BlockReader): void {
    const prefix = `${this.#id(reader)}:`
    for (const [key, chunk] of this.#chunks) if (key.startsWith(prefix)) this.#evict(key, chunk)
  }

  async #read(reader: BlockReader, piece: number, firstBlock: number): Promise<BlockChunk> {
    const { layout, storage } = reader
    const blocks = Math.ceil(layout.pieceSize(piece) / BLOCK_BYTES)
    const count = Math.min(CHUNK_BLOCKS, blocks - firstBlock)
    const buffer = this.#pool.take()
    const parts: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const length = layout.blockSize(piece, firstBlock + i)
      const at = i * STRIDE
      writeU32(buffer, at, 9 + length)
      buffer[at + 4] = MessageId.piece
      writeU32(buffer, at + 5, piece)
      writeU32(buffer, at + 9, (firstBlock + i) * BLOCK_BYTES)
      parts.push(buffer.subarray(at + BLOCK_HEADER_BYTES, at + BLOCK_HEADER_BYTES + length))
    }
    const recent = reader.recentPiece?.(piece)
    if (recent) {
      let at = firstBlock * BLOCK_BYTES
      for (const part of parts) {
        part.set(recent.subarray(at, at + part.length))
        at += part.length
      }
      return new BlockChunk(buffer, firstBlock, count, layout.blockSize(piece, firstBlock + count - 1))
    }
    try {
      await storage.readParts(layout.pieceOffset(piece) + firstBlock * BLOCK_BYTES, parts)
    } catch (error) {
      this.#pool.give(buffer)
      throw error
    }
    return new BlockChunk(buffer, firstBlock, count, layout.blockSize(piece, firstBlock + count - 1))
  }

  #keep(key: string, chunk: BlockChunk): void {
    this.#chunks.set(key, chunk)
    for (const [oldest, old] of this.#chunks) {
      if (this.#chunks.size <= this.#maxChunks) break
      this.#evict(oldest, old)
    }
  }

  #evict(key: string, chunk: BlockChunk): void {
    this.#chunks.delete(key)
    chunk.evicted = true
    if (chunk.uses === 0) this.#pool.give(chunk.buffer)
  }

  #key(reader: BlockReader, piece: number, block: number): string {
    return `${this.#id(reader)}:${piece}:${Math.floor(block / CHUNK_BLOCKS)}`
  }

  #id(reader: BlockReader): number {
    let id = this.#ids.get(reader)
    if (id === undefined) {
      id = this.#nextId++
      this.#ids.set(reader, id)
    }
    return id
  }
}
