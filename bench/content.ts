/** The content of transfers: a file of random bytes and its torrents. */
import { join } from 'node:path'
import { randomFile, tempDir } from '../interop/support/files.ts'
import { Libtorrent } from '../interop/support/libtorrent.ts'
import type { Medium } from './media.ts'

export type Version = 'v1' | 'v2' | 'hybrid'

export interface Content {
  /** Working folder on the medium. */
  readonly folder: string
  readonly seedFolder: string
  readonly torrent: string
  readonly name: string
  readonly lengthBytes: number
  readonly sha256: string
  /** Contestants whose download was compared with the original; each is compared once. */
  readonly checked: Set<string>
}

export interface Contents extends AsyncDisposable {
  readonly folder: string
  of(version: Version): Content
}

/** 1 MiB pieces for all clients. */
const PIECE_BYTES = 1 << 20

/** Creates the file and a torrent of each given version in a temporary folder on the medium. */
export async function makeContents(
  medium: Medium,
  lengthBytes: number,
  versions: readonly Version[],
): Promise<Contents> {
  const directory = await tempDir('bench', medium.folder)
  const name = 'content.bin'
  const seedFolder = directory.join('seed')
  const file = await randomFile(join(seedFolder, name), lengthBytes)
  const contents = new Map<Version, Content>()
  await using maker = await Libtorrent.start()
  for (const version of versions) {
    const torrent = directory.join(`${version}.torrent`)
    await maker.create(file.path, torrent, { version, pieceLength: PIECE_BYTES })
    const { sha256 } = file
    const checked = new Set<string>()
    contents.set(version, { folder: directory.path, seedFolder, torrent, name, lengthBytes, sha256, checked })
  }
  return {
    folder: directory.path,
    of: version => contents.get(version)!,
    [Symbol.asyncDispose]: directory.remove,
  }
}
