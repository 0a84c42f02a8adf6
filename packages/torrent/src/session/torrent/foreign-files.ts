import { absentPieces } from '../../storage/plan-start.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Content } from './content.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Files, by index among all, that exist but are not the torrent's: writing to them would destroy what somebody else keeps there. A file that
 * has a correct piece, is empty, or holds nothing but zeros (reserved space) is the torrent's.
 */
export async function foreignFiles(content: Content, stamps: readonly FileStamp[]): Promise<number[]> {
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
