import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, infoHashText, type TorrentVersion, writeMetainfo } from '@shoal/torrent'

export interface TestContent {
  readonly id: string
  /** The .torrent in base64, which can be passed to a page. */
  readonly base64: string
  readonly files: readonly { readonly path: string; readonly bytes: Buffer; readonly sha256: string }[]
}

export interface ContentOptions {
  readonly version?: TorrentVersion
  readonly sizes?: readonly number[]
  readonly webSeeds?: readonly string[]
  readonly trackers?: readonly (readonly string[])[]
  readonly pieceLengthBytes?: number
}

/** A torrent of a folder of random files. */
export async function testContent(name: string, options: ContentOptions = {}): Promise<TestContent> {
  const { sizes = [3_000_000, 0, 700_001], ...rest } = options
  const folder = mkdtempSync(join(tmpdir(), 'shoal-content-'))
  try {
    const files = sizes.map((size, index) => {
      const bytes = randomBytes(size)
      return { path: `${name}/${index}.bin`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
    })
    mkdirSync(join(folder, name))
    for (const { path, bytes } of files) writeFileSync(join(folder, path), bytes)
    const metainfo = await createTorrent(join(folder, name), rest)
    const base64 = Buffer.from(writeMetainfo(metainfo)).toString('base64')
    return { id: infoHashText(metainfo.info.infoHashes), base64, files }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
