import { asDictionary, asInteger, asList, type BencodeDictionary } from '../bencode/bencode.ts'
import { padFile, readAttributes, readPath, type UnplacedFile } from './file-list.ts'
import { badTorrent, checkPath } from './paths.ts'

/** The files of an info dictionary of v1 (BEP 3, BEP 47), checked one by one, and whether it is of a single file. */
export function readV1Files(
  info: BencodeDictionary,
  name: string,
): { files: UnplacedFile[]; singleFile: boolean } {
  // BEP 3: "There is also a key length or a key files, but not both or neither."
  if (info.has('files') === info.has('length')) {
    throw badTorrent('it must have either a length or a list of files')
  }
  if (info.has('length')) return { files: [readFile(info, [name])], singleFile: true }
  const list = asList(info.get('files'))
  if (!list || list.length === 0) throw badTorrent('its list of files is empty or none')
  const files = list.map(item => {
    const file = asDictionary(item)
    if (!file) throw badTorrent('its list of files holds something else')
    return readFile(file)
  })
  for (const file of files) if (!file.pad) (file.path as string[]).unshift(name)
  return { files, singleFile: false }
}

function readFile(file: BencodeDictionary, ownPath?: string[]): UnplacedFile {
  const attributes = readAttributes(file)
  // BEP 47: the length of a link is zero and may be left out.
  const lengthBytes = asInteger(file.get('length')) ?? (attributes.symlink ? 0 : -1)
  if (lengthBytes < 0) throw badTorrent('a file has no valid length')
  if (attributes.symlink && lengthBytes > 0) throw badTorrent('a symbolic link has a length')
  // BEP 47: a pad's path is not required.
  if (attributes.pad && !ownPath) return padFile(lengthBytes)
  const path = ownPath ?? readPath(file, 'path.utf-8') ?? readPath(file, 'path') ?? []
  checkPath(path)
  return { path, lengthBytes, ...attributes, pad: false }
}
