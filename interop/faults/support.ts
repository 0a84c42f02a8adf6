/** Torrents, seeds and independent checks for the fault tests. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { createTorrent, type Metainfo, Session, type SessionOptions, type Torrent } from '@shoal/torrent'
import { randomFile } from '../support/files.ts'

/** Session options: only the given peers, on loopback. */
export const ALONE = { host: '127.0.0.1', port: 0, dht: false, lsd: false, trackers: false } as const

export interface SharedFile {
  readonly folder: string
  readonly path: string
  readonly metainfo: Metainfo
  readonly sha256: string
}

/** Creates `folder` with a file of random content and a v1 torrent of it. */
export async function sharedFile(
  folder: string,
  name: string,
  length: number,
  options: { pieceLengthBytes?: number; seed?: number; version?: 'v1' | 'v2' | 'hybrid' } = {},
): Promise<SharedFile> {
  const { pieceLengthBytes = 256 * 1024, seed = 1, version = 'v1' } = options
  const { path, sha256 } = await randomFile(`${folder}/${name}`, length, seed)
  const metainfo = await createTorrent(path, { version, pieceLengthBytes })
  return { folder, path, metainfo, sha256 }
}

/** Opens a session that seeds the given files, without reading them first. */
export async function seeder(
  files: readonly SharedFile[],
  options: SessionOptions = {},
): Promise<{ session: Session; torrents: Torrent[]; address: string }> {
  const session = await Session.open({ ...ALONE, ...options })
  const torrents = await Promise.all(
    files.map(({ metainfo, folder }) => session.add(metainfo, { directory: folder, trusted: true })),
  )
  return { session, torrents, address: `${options.host ?? ALONE.host}:${session.port}` }
}

/**
 * Returns which pieces of a single-file v1 torrent are correct on disk, computed without the
 * engine.
 */
export function correctPieces({ info }: Metainfo, path: string): boolean[] {
  const count = info.pieceHashes!.length / 20
  const right = new Array<boolean>(count).fill(false)
  if (!existsSync(path)) return right
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(info.pieceLengthBytes)
    for (let piece = 0; piece < count; piece++) {
      const size = Math.min(info.pieceLengthBytes, info.lengthBytes - piece * info.pieceLengthBytes)
      const read = readSync(fd, buffer, 0, size, piece * info.pieceLengthBytes)
      const digest = createHash('sha1').update(buffer.subarray(0, read)).digest()
      right[piece] = read === size && digest.equals(info.pieceHashes!.subarray(20 * piece, 20 * piece + 20))
    }
  } finally {
    closeSync(fd)
  }
  return right
}

/** Returns the total bytes of the set pieces. */
export function countBytes({ info }: Metainfo, pieces: readonly boolean[]): number {
  let sum = 0
  for (const [piece, has] of pieces.entries())
    if (has) sum += Math.min(info.pieceLengthBytes, info.lengthBytes - piece * info.pieceLengthBytes)
  return sum
}

/** Returns a generator of pseudorandom numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
