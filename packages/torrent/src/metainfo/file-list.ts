import type { FileEntry } from './metainfo.ts'
import { badTorrent } from './paths.ts'

/** A file that has not been placed in the piece space yet. */
export type UnplacedFile = Omit<FileEntry, 'offsetBytes'>

/**
 * A pad file (BEP 47) with the path that BEP recommends. The pads' own names in a torrent carry no
 * meaning.
 */
export function padFile(lengthBytes: number): UnplacedFile {
  return { path: ['.pad', `${lengthBytes}`], lengthBytes, pad: true, executable: false, hidden: false }
}

/**
 * Inserts pads so that every non-empty file begins a piece (BEP 52, "piece length"). No pad follows
 * the last file.
 */
export function alignFiles(files: readonly UnplacedFile[], pieceLengthBytes: number): UnplacedFile[] {
  const aligned: UnplacedFile[] = []
  let overhang = 0
  for (const file of files) {
    if (file.lengthBytes > 0) {
      if (overhang > 0) aligned.push(padFile(pieceLengthBytes - overhang))
      overhang = file.lengthBytes % pieceLengthBytes
    }
    aligned.push(file)
  }
  return aligned
}

/**
 * Places files one after another in the piece space. Throws `bad-torrent` if they exceed 2^53
 * bytes.
 */
export function placeFiles(files: readonly UnplacedFile[]): FileEntry[] {
  let offsetBytes = 0
  return files.map(file => {
    const placed = { ...file, offsetBytes }
    offsetBytes += file.lengthBytes
    if (!Number.isSafeInteger(offsetBytes)) throw badTorrent('its files exceed 2^53 bytes')
    return placed
  })
}

/** Total bytes of all files except pads. */
export function dataLength(files: readonly UnplacedFile[]): number {
  return files.reduce((sum, file) => (file.pad ? sum : sum + file.lengthBytes), 0)
}
