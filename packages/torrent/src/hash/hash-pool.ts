import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { TorrentVersion } from '../metainfo/metainfo.ts'
import type { StoredSegment } from '../storage/storage.ts'

/** Hashing pieces that are stored somewhere, on all cores where there are threads: the contract. */

/** Where bytes of a piece space are read from. Every `Storage` is one. */
export interface ByteSource {
  /** Where `length` bytes from `offset` lie on disk, in order; null when `read` is the only way. */
  segments(offset: number, length: number): readonly StoredSegment[] | null
  /** Fills `into` from `offset`. Rejects with `not-found` when the bytes are not there. */
  read(offset: number, into: Uint8Array): Promise<void>
}

export interface HashJob {
  readonly layout: PieceLayout
  /** v1: SHA-1 of each piece. v2: root of each piece's merkle tree (BEP 52). hybrid: both, from one read. */
  readonly version: TorrentVersion
  /** Indexes of the pieces to hash, ascending. Default: all. */
  readonly pieces?: readonly number[]
  readonly source: ByteSource
}

/** What hashing found: entry `i` of each is about the job's piece `i`. */
export interface PieceDigests {
  /** Pieces whose bytes were all there. The digests of the others are zeros. */
  readonly present: Bitfield
  /** 20 bytes a piece: SHA-1 of the piece with its padding. Absent for v2. */
  readonly sha1?: Uint8Array
  /**
   * 32 bytes a piece (BEP 52): the piece's hash in its file's piece layer; for a file that is not longer than one piece, the file's
   * root. Absent for v1.
   */
  readonly roots?: Uint8Array
}

export interface HashProgress {
  /** Bytes of the job's pieces that are done, missing ones included. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface HashOptions {
  /** Called at most ten times a second, and once more at the end. */
  readonly onProgress?: ((progress: HashProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HashPool {
  /**
   * Hashes the job's pieces. A piece whose bytes are not all there (no such file, or a short one) is not `present`. Rejects with a
   * ShoalError `no-permission` or `io` when a file cannot be read, `closed` when the pool is closed, or the signal's reason; nothing of
   * the job is being read any more then.
   */
  hash(job: HashJob, options?: HashOptions): Promise<PieceDigests>
  /** Starts the threads now, so that work that is about to come need not wait for them. */
  warm(): void
  /** Stops all work and every thread. Safe to call twice. */
  close(): Promise<void>
}

export interface HashPoolOptions {
  /** Default: as many as there are cores. Ignored where there are no threads. */
  readonly threads?: number
  /** How long an idle thread is kept. Default 5000. */
  readonly idleMs?: number
  readonly clock?: Clock
}
