import type { HashPool } from '../../hash/hash-pool.ts'
import { recheck } from '../../hash/recheck.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { addNumber } from '../../metainfo/safe-names.ts'
import { absentPieces } from '../../storage/plan-start.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Content } from './content.ts'

const CHUNK_BYTES = 1024 * 1024

interface Tools {
  readonly pool: HashPool
  /** Path of a file, by index among all, below the download folder. */
  readonly pathOf: (file: number) => readonly string[]
}

/** Files that are stored under other names, and the stamps of all files from before they were checked. */
export interface Avoided {
  readonly paths: ReadonlyMap<number, readonly string[]>
  readonly stamps: readonly FileStamp[]
}

/**
 * Has files of a new torrent stored under other names if somebody else has files of theirs. A file of an earlier run may have such a name:
 * it is used, and its pieces are set in `content.have`. Resolves to null if storage does not support this.
 */
export async function avoidForeign(
  content: Content,
  checked: readonly FileStamp[],
  { pool, pathOf }: Tools,
  signal: AbortSignal,
): Promise<Avoided | null> {
  const { layout, storage, have } = content
  if (!storage.avoid) return null
  const stamps = [...checked]
  const paths = new Map<number, readonly string[]>()
  for (let number = 1; ; number++) {
    const foreign = await foreignFiles(content, stamps)
    if (foreign.length === 0) return { paths, stamps }
    signal.throwIfAborted()
    const names = new Map(foreign.map(file => [file, numbered(pathOf(file), number)]))
    for (const [file, path] of await storage.avoid(names)) paths.set(file, path)
    const now = await storage.stamps()
    for (const file of foreign) stamps[file] = now[file]!
    const pieces = [...piecesOfFiles(layout, foreign)]
    const right = await recheck({ ...content.recheckJob, pool, pieces }, { signal })
    for (const piece of pieces) if (right.has(piece)) have.set(piece)
  }
}

function numbered(path: readonly string[], number: number): string[] {
  return [...path.slice(0, -1), addNumber(path.at(-1)!, number)]
}

/** The pieces of these files, ascending. */
function piecesOfFiles(layout: PieceLayout, files: readonly number[]): Set<number> {
  const pieces = new Set<number>()
  for (const file of files) {
    const { first, end } = layout.piecesOf(file)
    for (let piece = first; piece < end; piece++) pieces.add(piece)
  }
  return pieces
}

/**
 * Files, by index among all, that exist but are not the torrent's: writing to them would destroy what somebody else keeps there. A file that
 * has a correct piece, is empty, or holds nothing but zeros (reserved space) is the torrent's.
 */
async function foreignFiles(content: Content, stamps: readonly FileStamp[]): Promise<number[]> {
  const { layout, have } = content
  const absent = absentPieces(stamps, layout)
  const foreign: number[] = []
  for (const [index, { pad, lengthBytes }] of layout.files.entries()) {
    const { size } = stamps[index]!
    if (pad || lengthBytes === 0 || size <= 0) continue
    const { first, end } = layout.piecesOf(index)
    const pieces = Array.from({ length: end - first }, (_, i) => first + i)
    if (pieces.some(piece => have.has(piece))) continue
    // No piece could be checked because they all need other files, which are missing: the size decides.
    if (size === lengthBytes && pieces.every(piece => absent.has(piece))) continue
    if (size > lengthBytes || !(await isZero(content, index, size))) foreign.push(index)
  }
  return foreign
}

async function isZero({ layout, storage }: Content, file: number, size: number): Promise<boolean> {
  const { offsetBytes } = layout.files[file]!
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, size - at))
    await storage.read(offsetBytes + at, bytes)
    if (bytes.some(byte => byte !== 0)) return false
  }
  return true
}
