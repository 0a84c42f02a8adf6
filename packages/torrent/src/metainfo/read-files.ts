import { fromLatin1 } from '../base/bytes.ts'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
} from '../bencode/bencode.ts'
import { padFile, type UnplacedFile } from './file-list.ts'
import { HASH_BYTES } from './merkle.ts'
import type { NameReader } from './name-reader.ts'
import { badTorrent, checkDepth } from './paths.ts'

/**
 * Reads the files of a v1 info dictionary (BEP 3, BEP 47), each checked on its own except for its
 * names, and whether it is a single-file torrent. Paths are relative to the torrent's root; that of
 * a single file is `name`.
 */
export function readV1Files(
  info: BencodeDictionary,
  name: string,
  nameText: NameReader,
): { files: UnplacedFile[]; singleFile: boolean } {
  // BEP 3: "There is also a key length or a key files, but not both or neither."
  if (info.has('files') === info.has('length')) {
    throw badTorrent('it must have either a length or a list of files')
  }
  if (info.has('length')) return { files: [readV1File(info, nameText, [name])], singleFile: true }
  const list = asList(info.get('files'))
  if (!list || list.length === 0) throw badTorrent('its list of files is empty or missing')
  const files = list.map(item => {
    const file = asDictionary(item)
    if (!file) throw badTorrent('its list of files is malformed')
    return readV1File(file, nameText)
  })
  return { files, singleFile: false }
}

function readV1File(file: BencodeDictionary, nameText: NameReader, ownPath?: string[]): UnplacedFile {
  const attributes = readAttributes(file, nameText)
  const lengthBytes = readLength(file, attributes)
  // BEP 47: a pad needs no path.
  if (attributes.pad && !ownPath) return padFile(lengthBytes)
  const path = ownPath ?? readPath(file, 'path.utf-8', nameText) ?? readPath(file, 'path', nameText) ?? []
  checkDepth(path)
  return { path, lengthBytes, ...attributes, pad: false }
}

/**
 * Reads the files of a `file tree` (BEP 52) in its order, each checked on its own except for its
 * names. Paths are relative to the torrent's root.
 */
export function readV2Files(info: BencodeDictionary, nameText: NameReader): UnplacedFile[] {
  const tree = asDictionary(info.get('file tree'))
  if (!tree || tree.size === 0) throw badTorrent('its file tree is empty or missing')
  const files: UnplacedFile[] = []
  // The decoder has limited the depth.
  const walk = (folder: BencodeDictionary, path: readonly string[]) => {
    for (const [key, value] of folder) {
      if (key === '')
        throw badTorrent('its file tree has a file without a name, or a file that is also a folder')
      const node = asDictionary(value)
      if (!node) throw badTorrent('its file tree has an entry that is neither a file nor a folder')
      const below = [...path, nameText(fromLatin1(key))]
      const file = node.size === 1 ? node.get('') : undefined
      if (file !== undefined) files.push(readV2File(asDictionary(file), below, nameText))
      else walk(node, below)
    }
  }
  walk(tree, [])
  return files
}

/**
 * Whether a file tree is a single file rather than a folder: its only entry is a file with the
 * torrent's name, neither cleaned. BEP 52 calls any tree with one file a single-file torrent, but
 * then a shared folder with one file could not be distinguished from the file.
 */
export function isSingleFile(files: readonly UnplacedFile[], name: string): boolean {
  return files.length === 1 && files[0]!.path.length === 1 && files[0]!.path[0] === name
}

function readV2File(file: BencodeDictionary | undefined, path: string[], nameText: NameReader): UnplacedFile {
  checkDepth(path)
  if (!file) throw badTorrent('its file tree has a file without properties')
  const attributes = readAttributes(file, nameText)
  // BEP 52 aligns files implicitly; only the v1 list has pads.
  if (attributes.pad) throw badTorrent('its file tree has a pad file')
  const lengthBytes = readLength(file, attributes)
  if (lengthBytes === 0) return { path, lengthBytes, ...attributes }
  const piecesRoot = asBytes(file.get('pieces root'))
  if (piecesRoot?.length !== HASH_BYTES) throw badTorrent('a file has no valid pieces root')
  // No data hashes to it.
  if (piecesRoot.every(byte => byte === 0))
    throw badTorrent('a file can never be completed because its pieces root is all zeros')
  return { path, lengthBytes, ...attributes, piecesRoot }
}

/**
 * BEP 47: the length of a link is zero and may be omitted. Some programs write the length of its
 * target, which takes no space in the torrent either.
 */
function readLength(file: BencodeDictionary, { symlink }: Pick<UnplacedFile, 'symlink'>): number {
  const lengthBytes = asInteger(file.get('length')) ?? (symlink ? 0 : -1)
  if (lengthBytes < 0) throw badTorrent('a file has no valid length')
  return symlink ? 0 : lengthBytes
}

/** Reads a file's BEP 47 attributes: `attr`, and `symlink path` for a link. */
function readAttributes(
  file: BencodeDictionary,
  nameText: NameReader,
): Pick<UnplacedFile, 'pad' | 'executable' | 'hidden' | 'symlink'> {
  const letters = asText(file.get('attr')) ?? ''
  const attributes = {
    pad: letters.includes('p'),
    executable: letters.includes('x'),
    hidden: letters.includes('h'),
  }
  if (!letters.includes('l')) return attributes
  // BEP 47: the target is relative to the torrent's root.
  const symlink = readPath(file, 'symlink path', nameText)
  if (!symlink) throw badTorrent('a symbolic link has no target')
  checkDepth(symlink, 'the target of a symbolic link')
  return { ...attributes, symlink }
}

/**
 * Reads a list of names under `key` without checking them; returns undefined if it is missing or
 * malformed.
 */
function readPath(file: BencodeDictionary, key: string, nameText: NameReader): string[] | undefined {
  const names = asList(file.get(key))?.map(asBytes)
  if (!names || names.includes(undefined)) return undefined
  return names.map(name => nameText(name!))
}
