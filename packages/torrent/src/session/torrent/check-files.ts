import { createFileStorage, HandlePool } from '#file-storage'
import { createHashPool } from '#hash-pool'
import type { HashOptions } from '../../hash/hash-pool.ts'
import { recheck } from '../../hash/recheck.ts'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { filesWithoutLayer } from '../../metainfo/missing-layers.ts'
import { Content } from './content.ts'

/** The result of the check for one real file. */
export interface CheckedFile {
  readonly path: readonly string[]
  readonly diskPath: string | null
  readonly lengthBytes: number
  /** Bytes in verified pieces. */
  readonly haveBytes: number
  /** Whether the file exists; needed for empty files, which have no bytes to check. */
  readonly exists: boolean
}

export interface CheckedFiles {
  readonly pieceCount: number
  readonly goodPieces: number
  readonly haveBytes: number
  /** Whether every byte is correct and every file exists. */
  readonly complete: boolean
  readonly files: readonly CheckedFile[]
  /**
   * Files of a v2 torrent that exist but cannot be verified unless they are complete, since the
   * torrent lacks their hashes (BEP 52).
   */
  readonly withoutHashes: number
}

/**
 * Compares the files in a download folder with a torrent, without a session and without changing
 * anything. Missing files are not an error. Rejects with a ShoalError (`no-permission`, `io`) if a
 * file cannot be read, or with the signal's reason.
 */
export async function checkFiles(
  metainfo: Metainfo,
  directory: string,
  options: HashOptions = {},
): Promise<CheckedFiles> {
  const layout = new PieceLayout(metainfo.info)
  const name = infoHashText(metainfo.info.infoHashes)
  const storage = createFileStorage({ layout, name, directory, handles: new HandlePool() })
  const pool = createHashPool()
  try {
    const content = new Content(metainfo, layout, storage)
    const right = await recheck({ ...content.recheckJob, pool }, options)
    for (let piece = 0; piece < layout.pieceCount; piece++) if (right.has(piece)) content.have.set(piece)
    const stamps = await storage.stamps()
    const files = layout.files.flatMap((file, at): CheckedFile[] => {
      if (file.pad) return []
      const { path, lengthBytes } = file
      // A symbolic link's target is checked under its own name.
      const exists = file.symlink !== undefined || stamps[at]!.size >= 0
      const haveBytes = content.haveBytesOf(at)
      return [{ path, diskPath: storage.pathOf(at), lengthBytes, haveBytes, exists }]
    })
    return {
      pieceCount: layout.pieceCount,
      goodPieces: right.count,
      haveBytes: content.haveBytes,
      withoutHashes:
        metainfo.info.version === 'v2'
          ? filesWithoutLayer(metainfo.info, content.pieceLayers).filter(at => stamps[at]!.size >= 0).length
          : 0,
      complete: right.isFull && files.every(file => file.exists),
      files,
    }
  } finally {
    await pool.close()
    await storage.close()
  }
}
