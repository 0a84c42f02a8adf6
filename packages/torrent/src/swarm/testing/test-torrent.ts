import { seededRandom } from '../../base/random.ts'
import { createTorrentFrom } from '../../hash/create.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES, type Metainfo, type TorrentVersion } from '../../metainfo/metainfo.ts'

/** A small torrent for tests, and the bytes of its piece space. */
export interface TestTorrent {
  readonly metainfo: Metainfo
  readonly layout: PieceLayout
  readonly content: Uint8Array
}

/**
 * Files of these lengths (default: one of `pieces` whole pieces), of bytes that differ in every
 * block.
 */
export async function testTorrent(options: {
  pieces?: number
  lengths?: readonly number[]
  pieceLengthBytes?: number
  version?: TorrentVersion
  private?: boolean
}): Promise<TestTorrent> {
  const { pieces = 8, pieceLengthBytes = 2 * BLOCK_BYTES, version = 'v1' } = options
  const lengths = options.lengths ?? [pieces * pieceLengthBytes]
  const contents = lengths.map((length, file) => noise(length, file))
  const sources = contents.map((content, file) => ({
    path: lengths.length === 1 ? ['test'] : [`file${file}`],
    lengthBytes: content.length,
    read: async (offset: number, into: Uint8Array) =>
      into.set(content.subarray(offset, offset + into.length)),
  }))
  const metainfo = await createTorrentFrom(sources, {
    name: 'test',
    version,
    pieceLengthBytes,
    creationDate: null,
    ...(options.private ? { private: true } : {}),
  })
  const layout = new PieceLayout(metainfo.info)
  const content = new Uint8Array(layout.totalBytes)
  for (const { pad, path, offsetBytes } of layout.files)
    if (!pad) content.set(contents[lengths.length === 1 ? 0 : Number(path.at(-1)!.slice(4))]!, offsetBytes)
  return { metainfo, layout, content }
}

function noise(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed + 1)
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let i = 0; i < words.length; i++) words[i] = random.below(2 ** 32)
  return new Uint8Array(words.buffer, 0, length)
}
