/** Measures the engine's hashing and storage separately. */
import { createHashPool } from '../../../packages/torrent/src/hash/hash-pool.browser.ts'
import { PieceLayout } from '../../../packages/torrent/src/metainfo/layout.ts'
import {
  createFileStorage,
  HandlePool,
} from '../../../packages/torrent/src/storage/opfs/file-storage.browser.ts'

/** In bytes per second. */
export interface Parts {
  readonly hashV1: number
  readonly hashHybrid: number
  readonly write: number
}

const PIECE_BYTES = 1 << 20

addEventListener(
  'message',
  ({ data }: MessageEvent<number>) => void measure(data).then(parts => postMessage(parts)),
)

async function measure(totalBytes: number): Promise<Parts> {
  const piece = new Uint8Array(PIECE_BYTES)
  for (let at = 0; at < PIECE_BYTES; at += 65_536) crypto.getRandomValues(piece.subarray(at, at + 65_536))
  return {
    hashV1: await hash('v1', totalBytes, piece),
    hashHybrid: await hash('hybrid', totalBytes, piece),
    write: await write(totalBytes, piece),
  }
}

function createLayout(totalBytes: number, version: 'v1' | 'hybrid'): PieceLayout {
  const file = { path: ['content.bin'], lengthBytes: totalBytes, offsetBytes: 0, pad: false, index: 0 }
  return new PieceLayout({ files: [file as never], pieceLengthBytes: PIECE_BYTES, version })
}

async function hash(version: 'v1' | 'hybrid', totalBytes: number, piece: Uint8Array): Promise<number> {
  const pool = createHashPool()
  const started = performance.now()
  const source = {
    segments: () => null,
    read: async (_offset: number, into: Uint8Array) => into.set(piece.subarray(0, into.length)),
  }
  await pool.hash({ layout: createLayout(totalBytes, version), version, source })
  const perSecond = (totalBytes * 1000) / (performance.now() - started)
  await pool.close()
  return perSecond
}

/** Writes like the engine: piece by piece, flushed at the end. */
async function write(totalBytes: number, piece: Uint8Array): Promise<number> {
  const handles = new HandlePool()
  const layout = createLayout(totalBytes, 'v1')
  const storage = createFileStorage({
    layout,
    name: 'bench',
    directory: '/bench',
    handles,
    preallocate: true,
  })
  const started = performance.now()
  for (let at = 0; at < totalBytes; at += PIECE_BYTES) await storage.write(at, piece)
  await storage.flush()
  const perSecond = (totalBytes * 1000) / (performance.now() - started)
  await storage.remove()
  return perSecond
}
