import { asBytes, asList, asText, type BencodeDictionary } from '../bencode/bencode.ts'
import type { FileEntry } from './metainfo.ts'
import { badTorrent, checkPath, nameText } from './paths.ts'

/** A file that has no place in the piece space yet. */
export type UnplacedFile = Omit<FileEntry, 'offsetBytes'>

/** A pad file (BEP 47), with the path that BEP recommends: names of pads in a torrent mean nothing. */
export function padFile(lengthBytes: number): UnplacedFile {
  return { path: ['.pad', `${lengthBytes}`], lengthBytes, pad: true, executable: false, hidden: false }
}

/** Puts pads between files so that each that is not empty begins a piece (BEP 52, "piece length"). None follows the last. */
export function alignFiles(files: readonly UnplacedFile[], pieceLengthBytes: number): UnplacedFile[] {
  const aligned: UnplacedFile[] = []
  let beyond = 0
  for (const file of files) {
    if (file.lengthBytes > 0) {
      if (beyond > 0) aligned.push(padFile(pieceLengthBytes - beyond))
      beyond = file.lengthBytes % pieceLengthBytes
    }
    aligned.push(file)
  }
  return aligned
}

/** Lays files one after the other. Throws `bad-torrent` when they exceed 2^53 bytes. */
export function placeFiles(files: readonly UnplacedFile[]): FileEntry[] {
  let offsetBytes = 0
  return files.map(file => {
    const placed = { ...file, offsetBytes }
    offsetBytes += file.lengthBytes
    if (!Number.isSafeInteger(offsetBytes)) throw badTorrent('its files have more than 2^53 bytes')
    return placed
  })
}

/** Bytes of all files without pads. */
export function dataLength(files: readonly UnplacedFile[]): number {
  return files.reduce((sum, file) => (file.pad ? sum : sum + file.lengthBytes), 0)
}

/** What BEP 47 says of a file, from the dictionary that describes it: `attr`, and `symlink path` for a link. */
export function readAttributes(
  file: BencodeDictionary,
): Pick<UnplacedFile, 'pad' | 'executable' | 'hidden' | 'symlink'> {
  const letters = asText(file.get('attr')) ?? ''
  const attributes = {
    pad: letters.includes('p'),
    executable: letters.includes('x'),
    hidden: letters.includes('h'),
  }
  if (!letters.includes('l')) return attributes
  // BEP 47: relative to the torrent's root, and no component of it is `..`; so it cannot lead out.
  const symlink = readPath(file, 'symlink path')
  if (!symlink) throw badTorrent('a symbolic link has no target')
  checkPath(symlink, 'the target of a symbolic link')
  return { ...attributes, symlink }
}

/** A list of names under `key`, unchecked; undefined when there is no such list. */
export function readPath(file: BencodeDictionary, key: string): string[] | undefined {
  const names = asList(file.get(key))?.map(asBytes)
  if (!names || names.includes(undefined)) return undefined
  return names.map(name => nameText(name!))
}
