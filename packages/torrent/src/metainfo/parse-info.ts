import { sha1, sha256 } from '#crypto'
import { ShoalError } from '../base/errors.ts'
import {
  asBytes,
  asDictionary,
  asInteger,
  asText,
  type BencodeDictionary,
  decode,
} from '../bencode/bencode.ts'
import { alignFiles, dataLength, placeFiles, type UnplacedFile } from './file-list.ts'
import {
  MAX_PIECE_BYTES,
  MAX_PIECES,
  MAX_TORRENT_BYTES,
  MAX_TORRENT_DEPTH,
  MAX_TORRENT_ITEMS,
} from './limits.ts'
import { BLOCK_BYTES, type FileEntry, type Info, type TorrentVersion } from './metainfo.ts'
import { badTorrent, checkComponent, nameText, PathSet } from './paths.ts'
import { isSingleFile, readV1Files, readV2Files } from './read-files.ts'

/** Decoder options for `.torrent` files and info dictionaries. Unsorted keys exist in the wild; hashes cover the bytes as received. */
export const TORRENT_DECODING = {
  depth: MAX_TORRENT_DEPTH,
  items: MAX_TORRENT_ITEMS,
  unsortedKeys: true,
} as const

const SHA1_BYTES = 20

/**
 * Parses and validates an info dictionary (BEP 3, 27, 47, 52) from a `.torrent` or from a peer (BEP 9). The result holds its own copy of
 * `infoBytes` and keeps nothing else alive. Throws `bad-torrent`, or `unsupported` for versions after v2.
 */
export function parseInfo(infoBytes: Uint8Array): Info {
  if (infoBytes.length > MAX_TORRENT_BYTES) throw badTorrent('it is larger than 64 MiB')
  // Hashes in the result are views into this copy.
  const bytes = new Uint8Array(infoBytes)
  const info = decodeInfo(bytes)
  const version = readVersion(info)
  const name = readName(info)
  const pieceLengthBytes = readPieceLength(info, version)
  const { files, singleFile } = readFiles(info, version, name, pieceLengthBytes)
  const pieceHashes = version === 'v2' ? undefined : asBytes(info.get('pieces'))
  if (version !== 'v2' && !pieceHashes) throw badTorrent('it has no piece hashes')
  checkPieces(files, pieceLengthBytes, pieceHashes)
  const source = asText(info.get('source'))
  return {
    bytes,
    infoHashes: {
      ...(version !== 'v2' && { v1: new Uint8Array(sha1(bytes)) }),
      ...(version !== 'v1' && { v2: new Uint8Array(sha256(bytes)) }),
    },
    version,
    name,
    pieceLengthBytes,
    files,
    lengthBytes: dataLength(files),
    singleFile,
    private: info.get('private') === 1,
    ...(source !== undefined && { source }),
    ...(pieceHashes && { pieceHashes }),
  }
}

function decodeInfo(bytes: Uint8Array): BencodeDictionary {
  const info = asDictionary(decodeTorrent(() => decode(bytes, TORRENT_DECODING)))
  if (!info) throw badTorrent('its info is not a dictionary')
  return info
}

/** Runs a decoder and turns its errors into `bad-torrent`. */
export function decodeTorrent<T>(decoding: () => T): T {
  try {
    return decoding()
  } catch (error) {
    throw error instanceof ShoalError ? badTorrent(`it is damaged. ${error.message}`, error) : error
  }
}

function readVersion(info: BencodeDictionary): TorrentVersion {
  const version = info.get('meta version')
  // BEP 52: check this first, and tell the user if the torrent needs a newer version.
  if (typeof version === 'number' && version > 2) {
    throw new ShoalError(
      'unsupported',
      `This torrent has meta version ${version}. Update the program to open it.`,
    )
  }
  if (version === undefined) return 'v1'
  if (version !== 2) throw badTorrent('its meta version is not 2')
  return info.has('pieces') ? 'hybrid' : 'v2'
}

function readName(info: BencodeDictionary): string {
  const bytes = asBytes(info.get('name.utf-8')) ?? asBytes(info.get('name'))
  if (!bytes) throw badTorrent('it has no name')
  return checkComponent(nameText(bytes), 'its name')
}

function readPieceLength(info: BencodeDictionary, version: TorrentVersion): number {
  const length = asInteger(info.get('piece length')) ?? 0
  if (length < 1 || length > MAX_PIECE_BYTES)
    throw badTorrent('its piece length is not between 1 byte and 256 MiB')
  // BEP 52: a power of two and at least 16 KiB.
  if (version !== 'v1' && (length < BLOCK_BYTES || 2 ** Math.round(Math.log2(length)) !== length)) {
    throw badTorrent('its piece length is not a power of two of at least 16 KiB')
  }
  return length
}

function readFiles(
  info: BencodeDictionary,
  version: TorrentVersion,
  name: string,
  pieceLengthBytes: number,
): { files: FileEntry[]; singleFile: boolean } {
  const v1 = version === 'v2' ? undefined : readV1Files(info, name)
  const tree = version === 'v1' ? undefined : readV2Files(info)
  const singleFile = v1 ? v1.singleFile : isSingleFile(tree!, name)
  const v2 = singleFile ? tree : tree?.map(file => ({ ...file, path: [name, ...file.path] }))
  const paths = new PathSet()
  for (const file of v1?.files ?? v2!) if (!file.pad) paths.add(file.path)
  if (!v1) return { files: placeFiles(alignFiles(v2!, pieceLengthBytes)), singleFile }
  const files = placeFiles(v2 ? mergeHybrid(v1.files, v2) : v1.files)
  if (v2) checkAligned(files, pieceLengthBytes)
  return { files, singleFile }
}

/** The v1 file list with the properties v2 adds. BEP 52, "Upgrade Path": both must describe the same files in the same order. */
function mergeHybrid(v1: readonly UnplacedFile[], v2: readonly UnplacedFile[]): UnplacedFile[] {
  let next = 0
  const merged = v1.map(file => {
    if (file.pad) return file
    const counterpart = v2[next++]
    if (!counterpart || !isSameFile(file, counterpart)) {
      throw badTorrent('its v1 and v2 parts describe different files')
    }
    return counterpart
  })
  if (next !== v2.length) throw badTorrent('its v1 and v2 parts describe different files')
  return merged
}

function isSameFile(a: UnplacedFile, b: UnplacedFile): boolean {
  const text = (file: UnplacedFile) => JSON.stringify([file.path, file.lengthBytes, file.symlink])
  return text(a) === text(b)
}

/** BEP 52, "Upgrade Path": pads must move the v1 files to their v2 offsets. */
function checkAligned(files: readonly FileEntry[], pieceLengthBytes: number): void {
  let expected = 0
  for (const { pad, lengthBytes, offsetBytes } of files) {
    if (pad || lengthBytes === 0) continue
    if (offsetBytes !== expected) throw badTorrent('its v1 and v2 parts place files differently')
    expected = Math.ceil((offsetBytes + lengthBytes) / pieceLengthBytes) * pieceLengthBytes
  }
  const last = files.at(-1)!
  if (last.offsetBytes + last.lengthBytes > expected)
    throw badTorrent('it ends with more than a piece of padding')
}

function checkPieces(files: readonly FileEntry[], pieceLengthBytes: number, hashes?: Uint8Array): void {
  const last = files.at(-1)!
  const pieces = Math.ceil((last.offsetBytes + last.lengthBytes) / pieceLengthBytes)
  if (pieces > MAX_PIECES) throw badTorrent(`it has more than ${MAX_PIECES} pieces`)
  if (!hashes) return
  // BEP 3: "pieces maps to a string whose length is a multiple of 20."
  if (hashes.length !== pieces * SHA1_BYTES) {
    throw badTorrent(
      `it has ${hashes.length} bytes of piece hashes, but its files need ${pieces * SHA1_BYTES}`,
    )
  }
}
