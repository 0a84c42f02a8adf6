import { compareBytes, latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { type BencodeInput, encode } from '../bencode/bencode.ts'
import { alignFiles, placeFiles, type UnplacedFile } from './file-list.ts'
import { MAX_PIECE_BYTES } from './limits.ts'
import { BLOCK_BYTES, type FileEntry, type TorrentVersion } from './metainfo.ts'
import { checkComponent, checkDistinct, checkPath } from './paths.ts'

/**
 * Below this length, pieces grow early: each piece costs a read, a hash and a write, which are far
 * more expensive in browsers.
 */
const SMALL_PIECE_BYTES = 256 * 1024
const MAX_SMALL_PIECES = 128
const MAX_CHOSEN_PIECE_BYTES = 16 * 2 ** 20
const MAX_CHOSEN_PIECES = 2048

/**
 * Chooses a piece length for this many bytes: a power of two from 16 KiB to 16 MiB. Content of up
 * to 32 MiB gets 65 to 128 pieces, content of up to 512 MiB gets pieces of 256 KiB, and larger
 * content 1,025 to 2,048 pieces. With fewer pieces, a failed hash costs more and peers have less to
 * trade; with more, the torrent file and the work per byte grow.
 */
export function choosePieceLength(totalBytes: number): number {
  let length = BLOCK_BYTES
  while (length < MAX_CHOSEN_PIECE_BYTES && totalBytes / length > maxPieces(length)) length *= 2
  return length
}

function maxPieces(lengthBytes: number): number {
  return lengthBytes < SMALL_PIECE_BYTES ? MAX_SMALL_PIECES : MAX_CHOSEN_PIECES
}

/** A file to include in a new torrent. */
export interface SourceFile {
  /** Path below the torrent's folder; in a torrent of a single file, just its name. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly executable?: boolean
  readonly hidden?: boolean
  /**
   * Target of a symbolic link, relative to the torrent's folder (BEP 47); `lengthBytes` is then 0.
   */
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
 * Places the files of a new torrent in its piece space: sorted, with pad files if the version uses
 * them (BEP 47, 52), and with paths as in `Info.files`. Hash the pieces of this list, then pass it
 * to `buildInfo` with the roots set. Throws `bad-torrent` for names that no torrent may have and
 * `bad-argument` for options that exclude each other.
 */
export function planFiles({ name, version, pieceLengthBytes, singleFile, files }: PlanOptions): FileEntry[] {
  checkComponent(name, 'the name')
  checkShape(name, version, singleFile, files)
  checkPieceLength(pieceLengthBytes, version)
  const unplaced = files.map(file => {
    checkPath(file.path)
    if (file.symlink) checkPath(file.symlink, 'the target of a symbolic link')
    return unplacedFile(file, singleFile ? file.path : [name, ...file.path])
  })
  checkDistinct(files.map(file => file.path))
  // BEP 52: v2 uses the order of the file tree, whose keys are sorted as bytes. In v1 this merely
  // makes the result reproducible.
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
      'A single-file torrent must have exactly one file, named like the torrent',
    )
  }
  // BEP 52: a file tree with one file is that file. Only the v1 file list can express a folder
  // around it.
  if (!singleFile && alone && version === 'v2') {
    throw new ShoalError(
      'bad-argument',
      `A v2 torrent cannot hold a folder "${name}" that contains only a file of the same name. Create a hybrid torrent, or share the file itself.`,
    )
  }
}

function checkPieceLength(length: number, version: TorrentVersion): void {
  if (!Number.isInteger(length) || length < 1 || length > MAX_PIECE_BYTES) {
    throw new ShoalError('bad-argument', 'The piece length must be between 1 byte and 256 MiB')
  }
  if (version !== 'v1' && (length < BLOCK_BYTES || !Number.isInteger(Math.log2(length)))) {
    throw new ShoalError(
      'bad-argument',
      'The piece length of a v2 or hybrid torrent must be a power of two and at least 16384',
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
  /**
   * The result of `planFiles`; for v2 and hybrid, with `piecesRoot` set on each file that is
   * neither empty nor a pad.
   */
  readonly files: readonly FileEntry[]
  /** SHA-1 of each piece, concatenated; for v1 and hybrid. Pads are hashed as zeros (BEP 47). */
  readonly pieceHashes?: Uint8Array
  /** BEP 27. */
  readonly private?: boolean
  /** Text that changes the info hash, as private trackers require. */
  readonly source?: string
}

/**
 * Encodes the info dictionary of a new torrent. Throws `bad-argument` if hashes are missing;
 * `parseInfo` of the result checks the rest.
 */
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

/**
 * BEP 47: p pad, h hidden, x executable, l symbolic link; in libtorrent's order, so that equal
 * content gets equal info hashes.
 */
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
      // BEP 52: the length marks the entry as a file.
      length: file.symlink ? undefined : file.lengthBytes,
      'pieces root': file.piecesRoot,
      'symlink path': file.symlink,
    })
  }
  return root
}
