import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { TorrentVersion } from '../metainfo/metainfo.ts'
import type { StoredSegment } from '../storage/storage.ts'

// The contract for hashing stored pieces, on all cores where threads are available.

/** Source of the bytes of a piece space. Every `Storage` is one. */
export interface ByteSource {
  /**
   * Locates `length` bytes from `offset` on disk, in order; returns null if `read` is the only
   * access.
   */
  segments(offset: number, length: number): readonly StoredSegment[] | null
  /** Fills `into` from `offset`. Rejects with `not-found` if the bytes are missing. */
  read(offset: number, into: Uint8Array): Promise<void>
}

export interface HashJob {
  readonly layout: PieceLayout
  /**
   * v1: SHA-1 of each piece. v2: root of each piece's merkle tree (BEP 52). hybrid: both, from one
   * read.
   */
  readonly version: TorrentVersion
  /** Indexes of the pieces to hash, ascending. Default: all. */
  readonly pieces?: readonly number[]
  readonly source: ByteSource
}

/** The result of a hash job: entry `i` of each member belongs to the job's piece `i`. */
export interface PieceDigests {
  /** Pieces whose bytes were all available. The digests of the others are zeros. */
  readonly present: Bitfield
  /** 20 bytes per piece: SHA-1 of the piece including padding. Absent for v2. */
  readonly sha1?: Uint8Array
  /**
   * 32 bytes per piece (BEP 52): the piece's hash in its file's piece layer or, for a file no
   * longer than one piece, the file's root. Absent for v1.
   */
  readonly roots?: Uint8Array
}

export interface HashProgress {
  /** Bytes of the job's finished pieces, including missing ones. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface HashOptions {
  /** Called at most ten times a second, and once at the end. */
  readonly onProgress?: ((progress: HashProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HashPool {
  /**
   * Hashes the job's pieces. A piece with missing bytes (a missing or short file) is not `present`.
   * Rejects with a ShoalError `no-permission` or `io` if a file cannot be read, `closed` if the
   * pool is closed, or the signal's reason; by then no more bytes of the job are being read.
   */
  hash(job: HashJob, options?: HashOptions): Promise<PieceDigests>
  /** Starts the threads now, so that upcoming work does not wait for them. */
  warm(): void
  /** Stops all work and all threads. Safe to call twice. */
  close(): Promise<void>
}

export interface HashPoolOptions {
  /** Default: the number of cores. Ignored in browsers. */
  readonly threads?: number
  /** How long idle threads are kept. Default 5000. */
  readonly idleMs?: number
  readonly clock?: Clock
}
