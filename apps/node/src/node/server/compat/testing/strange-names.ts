/**
 * A torrent whose file names cannot be used on disk: too long, duplicate, equal except for case, or
 * with path traversal.
 */
import { createHash } from 'node:crypto'
import { encode } from '@shoal/torrent/bencode'

const NAMES = [
  [`${'ä'.repeat(200)}.mkv`],
  ['same.txt'],
  ['same.txt'],
  ['Case.txt'],
  ['case.txt'],
  ['..', 'up.txt'],
]

export interface StrangeNames {
  readonly torrent: Buffer
  /** The content of each file. */
  readonly contents: readonly Buffer[]
}

/** `name` is also that of its folder. */
export function strangeNames(name: string): StrangeNames {
  const contents = NAMES.map((_, at) => Buffer.alloc(16_384, `${name} ${at}`))
  const pieces = Buffer.concat(contents.map(bytes => createHash('sha1').update(bytes).digest()))
  const files = NAMES.map((path, at) => ({ length: contents[at]!.length, path }))
  const info = { files, name, 'piece length': 16_384, pieces: Uint8Array.from(pieces) }
  return { torrent: Buffer.from(encode({ info })), contents }
}
