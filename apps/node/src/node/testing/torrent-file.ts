import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'

/** Returns a .torrent of a small file with that name and content. */
export async function torrentFile(name: string): Promise<{ id: string; bytes: Uint8Array }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'))
  try {
    await writeFile(join(folder, name), `the content of ${name}`)
    const metainfo = await createTorrent(join(folder, name), {})
    return { id: infoHashText(metainfo.info.infoHashes), bytes: writeMetainfo(metainfo) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
