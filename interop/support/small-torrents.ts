import { createHash } from 'node:crypto'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import type { TempDir } from './files.ts'

const TORRENT_BYTES = 65536

/**
 * Creates torrents of zeros that differ only in their names, with sparse files. Returns the paths
 * of the .torrent files, in the folder `torrents`; the content is in the folder `content`.
 */
export async function makeSmallTorrents(directory: TempDir, count: number): Promise<string[]> {
  await mkdir(directory.join('content'))
  await mkdir(directory.join('torrents'))
  const hash = createHash('sha1').update(new Uint8Array(TORRENT_BYTES)).digest()
  const paths: string[] = []
  for (let i = 0; i < count; i++) {
    const name = `file-${String(i).padStart(6, '0')}`
    await writeFile(directory.join('content', name), '')
    await truncate(directory.join('content', name), TORRENT_BYTES)
    const head = `d4:infod6:lengthi${TORRENT_BYTES}e4:name${name.length}:${name}12:piece lengthi${TORRENT_BYTES}e6:pieces20:`
    const path = directory.join('torrents', `${name}.torrent`)
    await writeFile(path, Buffer.concat([Buffer.from(head), hash, Buffer.from('ee')]))
    paths.push(path)
  }
  return paths
}
