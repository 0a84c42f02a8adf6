import { gunzip, isGzip } from '../base/gunzip.ts'
import { MAX_TORRENT_BYTES } from './limits.ts'
import type { Metainfo } from './metainfo.ts'
import { parseMetainfo } from './parse-metainfo.ts'
import { badTorrent } from './paths.ts'

/**
 * Parses a `.torrent`, which some servers and programs keep compressed (gzip). Rejects with what
 * `parseMetainfo` throws.
 */
export async function readMetainfo(bytes: Uint8Array): Promise<Metainfo> {
  if (!isGzip(bytes)) return parseMetainfo(bytes)
  const unzipped = await gunzip(bytes, MAX_TORRENT_BYTES).catch(({ code }) => {
    throw badTorrent(code === 'too-large' ? 'it is larger than 64 MiB' : 'it is compressed and damaged')
  })
  return parseMetainfo(unzipped)
}
