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
import { infoHashText } from './info-hash.ts'
import {
  MAX_PIECE_BYTES,
  MAX_PIECES,
  MAX_TORRENT_BYTES,
  MAX_TORRENT_DEPTH,
  MAX_TORRENT_ITEMS,
} from './limits.ts'
import { BLOCK_BYTES, type FileEntry, type Info, type TorrentVersion } from './metainfo.ts'
import { type NameReader, readNames } from './name-reader.ts'
import { badTorrent, cleanComponent, cleanPath } from './paths.ts'
import { isSingleFile, readV1Files, readV2Files } from './read-files.ts'
import { distinctNames } from './safe-names.ts'

/**
 * Decoder options for `.torrent` files and info dictionaries. Unsorted keys exist in the wild;
 * hashes cover the bytes as received.
 */
export const TORRENT_DECODING = {
  depth: MAX_TORRENT_DEPTH,
  items: MAX_TORRENT_ITEMS,
  unsortedKeys: true,
} as const

const SHA1_BYTES = 20

export interface NameOptions {
  /**
   * Label of the encoding of names that are not UTF-8, as in `.torrent` files. Default: Latin-1.
   */
  readonly encoding?: string | undefined
}

/**
 * Parses and validates an info dictionary (BEP 3, 27, 47, 52) from a `.torrent` or from a peer
 * (BEP 9). The result holds its own copy of `infoBytes` and keeps nothing else alive. Names that no
 * file can have are cleaned, as other programs do; the bytes do not change. Throws `bad-torrent`,
 * or `unsupported` for versions after v2.
 */
export function parseInfo(infoBytes: Uint8Array, { encoding }: NameOptions = {}): Info {
  if (infoBytes.length > MAX_TORRENT_BYTES) throw badTorrent('it is larger than 64 MiB')
  // Hashes in the result are views into this copy.
  const bytes = new Uint8Array(infoBytes)
  const info = decodeInfo(bytes)
  const version = readVersion(info)
  const infoHashes = {
    ...(version !== 'v2' && { v1: new Uint8Array(sha1(bytes)) }),
    ...(version !== 'v1' && { v2: new Uint8Array(sha256(bytes)) }),
  }
  const pieceLengthBytes = readPieceLength(info, version)
  const read = readNames(encoding, nameText => readFiles(info, version, nameText))
  const { singleFile } = read
  const name = cleanComponent(read.name) || infoHashText(infoHashes)
  const files = placeAll(cleanNames(read.files, name, singleFile), version, pieceLengthBytes)
  const pieceHashes = version === 'v2' ? undefined : asBytes(info.get('pieces'))
  if (version !== 'v2' && !pieceHashes) throw badTorrent('it has no piece hashes')
  checkPieces(files, pieceLengthBytes, pieceHashes)
  const source = asText(info.get('source'))
  return {
    bytes,
    infoHashes,
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

function readName(info: BencodeDictionary, nameText: NameReader): string {
  const bytes = asBytes(info.get('name.utf-8')) ?? asBytes(info.get('name'))
  if (!bytes) throw badTorrent('it has no name')
  return nameText(bytes)
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

/** Names as the torrent spells them; paths are relative to its root. */
interface ReadFiles {
  readonly name: string
  readonly files: readonly UnplacedFile[]
  readonly singleFile: boolean
}

function readFiles(info: BencodeDictionary, version: TorrentVersion, nameText: NameReader): ReadFiles {
  const name = readName(info, nameText)
  const tree = version === 'v1' ? null : readV2Files(info, nameText)
  if (version === 'v2') return { name, files: tree!, singleFile: isSingleFile(tree!, name) }
  const { files, singleFile } = readV1Files(info, name, nameText)
  return { name, files: tree ? mergeHybrid(files, tree) : files, singleFile }
}

/**
 * Returns the files with valid names, below the torrent's name unless it is a single file, and no
 * two with the same path. Targets of links are cleaned like the files that they name.
 */
function cleanNames(files: readonly UnplacedFile[], name: string, singleFile: boolean): UnplacedFile[] {
  const real = files.filter(file => !file.pad)
  const paths = real.map(({ path }) => (singleFile ? [name] : [name, ...cleanPath(path)]))
  if (textBytes(paths) > MAX_TORRENT_BYTES) throw badTorrent('the paths of its files take more than 64 MiB')
  const names = distinctNames(paths)
  let next = 0
  return files.map(file => {
    if (file.pad) return file
    const path = paths[next]!
    path[path.length - 1] = names[next++]!
    return { ...file, path, ...(file.symlink && { symlink: cleanPath(file.symlink) }) }
  })
}

/** A v2 tree names each folder once, but the path of every file includes all its folders. */
function textBytes(paths: readonly (readonly string[])[]): number {
  return paths.reduce((sum, path) => path.reduce((length, name) => length + name.length, sum), 0)
}

function placeAll(
  files: readonly UnplacedFile[],
  version: TorrentVersion,
  pieceLengthBytes: number,
): FileEntry[] {
  if (version === 'v2') return placeFiles(alignFiles(files, pieceLengthBytes))
  const placed = placeFiles(files)
  if (version === 'hybrid') checkAligned(placed, pieceLengthBytes)
  return placed
}

/**
 * The v1 file list with the properties v2 adds. BEP 52, "Upgrade Path": both must describe the same
 * files in the same order.
 */
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
