import { compareBytes, latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { type BencodeInput, encode } from '../bencode/bencode.ts'
import { alignFiles, placeFiles, type UnplacedFile } from './file-list.ts'
import { MAX_PIECE_BYTES } from './limits.ts'
import { BLOCK_BYTES, type FileEntry, type TorrentVersion } from './metainfo.ts'
import { checkComponent, checkPath, PathSet } from './paths.ts'

/** Up to this length pieces grow with less content: each costs those who have it a read, a hash and a write, and browsers many times as much. */
const THRIFTY_PIECE_BYTES = 256 * 1024
const MAX_THRIFTY_PIECES = 128
const MAX_CHOSEN_PIECE_BYTES = 16 * 2 ** 20
const MAX_CHOSEN_PIECES = 2048

/**
 * A piece length for this many bytes: a power of two from 16 KiB to 16 MiB. There are 65 to 128 pieces up to 32 MiB, then pieces of 256 KiB up to
 * 512 MiB, and 1,025 to 2,048 pieces beyond. Fewer make a broken piece dear, and leave less for peers to give each other; more make the
 * torrent large, and its work.
 */
export function choosePieceLength(totalBytes: number): number {
  let length = BLOCK_BYTES
  while (length < MAX_CHOSEN_PIECE_BYTES && totalBytes / length > maxPiecesOf(length)) length *= 2
  return length
}

function maxPiecesOf(lengthBytes: number): number {
  return lengthBytes < THRIFTY_PIECE_BYTES ? MAX_THRIFTY_PIECES : MAX_CHOSEN_PIECES
}

/** A file to make a torrent of. */
export interface SourceFile {
  /** Path below the torrent's folder; for a torrent of a single file, its name alone. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly executable?: boolean
  readonly hidden?: boolean
  /** Target of a symbolic link, relative to the torrent's folder (BEP 47); `lengthBytes` is then 0. */
  readonly symlink?: readonly string[]
}

export interface PlanOptions {
  readonly name: string
  readonly version: TorrentVersion
  readonly pieceLengthBytes: number
  readonly singleFile: boolean
  readonly files: readonly SourceFile[]
}

/**
 * The files of a new torrent where they lie in its piece space: sorted, with pad files where the version has them (BEP 47, 52), named
 * as `Info.files` has them. Hash the pieces of this, then hand it to `buildInfo` with the roots set. Throws `bad-torrent` for names that
 * no torrent may have, `bad-argument` for options that exclude each other.
 */
export function planFiles({ name, version, pieceLengthBytes, singleFile, files }: PlanOptions): FileEntry[] {
  checkComponent(name, 'the name')
  checkShape(name, version, singleFile, files)
  checkPieceLength(pieceLengthBytes, version)
  const paths = new PathSet()
  const unplaced = files.map(file => {
    checkPath(file.path)
    if (file.symlink) checkPath(file.symlink, 'the target of a symbolic link')
    paths.add(file.path)
    return unplacedFile(file, singleFile ? file.path : [name, ...file.path])
  })
  // BEP 52: the order of v2 is that of the file tree, whose keys are sorted as bytes. For v1 it is merely the same each time.
  const keys = new Map(unplaced.map(file => [file, file.path.map(utf8)]))
  unplaced.sort((a, b) => comparePaths(keys.get(a)!, keys.get(b)!))
  return placeFiles(version === 'v1' ? unplaced : alignFiles(unplaced, pieceLengthBytes))
}

function checkShape(
  name: string,
  version: TorrentVersion,
  singleFile: boolean,
  files: readonly SourceFile[],
): void {
  const [first] = files
  const alone = files.length === 1 && first!.path.length === 1 && first!.path[0] === name
  if (files.length === 0) throw new ShoalError('bad-argument', 'A torrent needs at least one file')
  if (singleFile && !alone) {
    throw new ShoalError(
      'bad-argument',
      'A torrent of a single file has one file, with the name of the torrent',
    )
  }
  // BEP 52: a file tree of one file is that file. Only the list of v1 can say that there is a folder around it.
  if (!singleFile && alone && version === 'v2') {
    throw new ShoalError(
      'bad-argument',
      `A v2 torrent cannot hold a folder "${name}" with only a file of the same name: make it hybrid, or share the file`,
    )
  }
}

function checkPieceLength(length: number, version: TorrentVersion): void {
  if (!Number.isInteger(length) || length < 1 || length > MAX_PIECE_BYTES) {
    throw new ShoalError('bad-argument', 'A piece length is from 1 byte to 256 MiB')
  }
  if (version !== 'v1' && (length < BLOCK_BYTES || !Number.isInteger(Math.log2(length)))) {
    throw new ShoalError(
      'bad-argument',
      'The piece length of a v2 or hybrid torrent is a power of two of at least 16384',
    )
  }
}

function unplacedFile(file: SourceFile, path: readonly string[]): UnplacedFile {
  const { lengthBytes, executable = false, hidden = false, symlink } = file
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0 || (symlink && lengthBytes > 0)) {
    throw new ShoalError('bad-argument', `A file cannot have ${lengthBytes} bytes: ${path.join('/')}`)
  }
  return { path, lengthBytes, pad: false, executable, hidden, ...(symlink && { symlink }) }
}

function comparePaths(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareBytes(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export interface BuildOptions {
  readonly name: string
  readonly version: TorrentVersion
  readonly pieceLengthBytes: number
  readonly singleFile: boolean
  /** As `planFiles` gave them; for v2 and hybrid, with `piecesRoot` on each file that is not empty or a pad. */
  readonly files: readonly FileEntry[]
  /** SHA-1 of each piece, concatenated; for v1 and hybrid. Pads are zeros in what is hashed (BEP 47). */
  readonly pieceHashes?: Uint8Array
  /** BEP 27. */
  readonly private?: boolean
  /** Text that makes the info hash another one, as private trackers want it. */
  readonly source?: string
}

/** The info dictionary of a new torrent, encoded. Throws `bad-argument` when hashes are missing. `parseInfo` of it checks the rest. */
export function buildInfo(options: BuildOptions): Uint8Array {
  const { name, version, pieceLengthBytes, singleFile, files } = options
  if (version !== 'v2' && !options.pieceHashes) {
    throw new ShoalError('bad-argument', 'A v1 or hybrid torrent needs pieceHashes')
  }
  const single = singleFile ? files[0] : undefined
  const v1 =
    version === 'v2' ? {} : { ...(single ? v1File(single, true) : { files: files.map(f => v1File(f)) }) }
  return encode({
    ...v1,
    'file tree': version === 'v1' ? undefined : fileTree(files, singleFile),
    'meta version': version === 'v1' ? undefined : 2,
    name,
    'piece length': pieceLengthBytes,
    pieces: version === 'v2' ? undefined : options.pieceHashes,
    private: options.private ? 1 : undefined,
    source: options.source,
  })
}

function v1File(file: FileEntry, single = false): { [key: string]: BencodeInput | undefined } {
  return {
    attr: attributes(file),
    length: file.lengthBytes,
    path: single ? undefined : file.pad ? file.path : file.path.slice(1),
    'symlink path': file.symlink,
  }
}

/** BEP 47: p pad, h hidden, x executable, l symbolic link; in the order that libtorrent writes, so that equal shares get equal hashes. */
function attributes(file: FileEntry): string | undefined {
  const letters = `${file.pad ? 'p' : ''}${file.hidden ? 'h' : ''}${file.executable ? 'x' : ''}${file.symlink ? 'l' : ''}`
  return letters || undefined
}

type Tree = Map<string, Tree | BencodeInput>

function fileTree(files: readonly FileEntry[], singleFile: boolean): Tree {
  const root: Tree = new Map()
  for (const file of files) {
    if (file.pad) continue
    if (file.lengthBytes > 0 && !file.piecesRoot) {
      throw new ShoalError(
        'bad-argument',
        `A v2 or hybrid torrent needs the pieces root of ${file.path.join('/')}`,
      )
    }
    let folder = root
    for (const component of singleFile ? file.path : file.path.slice(1)) {
      const key = latin1(utf8(component))
      if (!folder.has(key)) folder.set(key, new Map())
      folder = folder.get(key) as Tree
    }
    folder.set('', {
      attr: attributes(file),
      // BEP 52: a length says that it is a file.
      length: file.symlink ? undefined : file.lengthBytes,
      'pieces root': file.piecesRoot,
      'symlink path': file.symlink,
    })
  }
  return root
}
