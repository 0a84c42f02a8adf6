import { fromLatin1 } from '../base/bytes.ts'
import { asBytes, asDictionary, asInteger, type BencodeDictionary } from '../bencode/bencode.ts'
import { readAttributes, type UnplacedFile } from './file-list.ts'
import { HASH_BYTES } from './merkle.ts'
import { badTorrent, checkPath, nameText } from './paths.ts'

/** The files of a `file tree` (BEP 52) in its order, checked one by one. Paths begin below the torrent's root. */
export function readV2Files(info: BencodeDictionary): UnplacedFile[] {
  const tree = asDictionary(info.get('file tree'))
  if (!tree || tree.size === 0) throw badTorrent('its file tree is empty or none')
  const files: UnplacedFile[] = []
  // Recursion ends where the decoder's limit of depth has ended it before.
  const walk = (folder: BencodeDictionary, path: readonly string[]) => {
    for (const [key, value] of folder) {
      if (key === '') throw badTorrent('its file tree has a file without a name, or one that is a folder too')
      const node = asDictionary(value)
      if (!node) throw badTorrent('its file tree holds something that is neither file nor folder')
      const below = [...path, nameText(fromLatin1(key))]
      const file = node.size === 1 ? node.get('') : undefined
      if (file !== undefined) files.push(readFile(asDictionary(file), below))
      else walk(node, below)
    }
  }
  walk(tree, [])
  return files
}

/**
 * Whether a file tree is one file rather than a folder: its only entry is a file with the torrent's own name. BEP 52 calls any tree of one
 * file a single-file torrent, but then a shared folder that holds one file could not be told from the file.
 */
export function isSingleFile(files: readonly UnplacedFile[], name: string): boolean {
  return files.length === 1 && files[0]!.path.length === 1 && files[0]!.path[0] === name
}

function readFile(file: BencodeDictionary | undefined, path: string[]): UnplacedFile {
  checkPath(path)
  if (!file) throw badTorrent('its file tree has a file without properties')
  const attributes = readAttributes(file)
  // BEP 52 aligns files by itself: pads belong to the list of v1 only.
  if (attributes.pad) throw badTorrent('its file tree has a pad file')
  const lengthBytes = asInteger(file.get('length')) ?? (attributes.symlink ? 0 : -1)
  if (lengthBytes < 0) throw badTorrent('a file has no valid length')
  if (attributes.symlink && lengthBytes > 0) throw badTorrent('a symbolic link has a length')
  if (lengthBytes === 0) return { path, lengthBytes, ...attributes }
  const piecesRoot = asBytes(file.get('pieces root'))
  if (piecesRoot?.length !== HASH_BYTES) throw badTorrent('a file has no pieces root of 32 bytes')
  return { path, lengthBytes, ...attributes, piecesRoot }
}
