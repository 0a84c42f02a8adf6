import type { FileEntry } from '../metainfo/metainfo.ts'

/**
 * For tests: files of a torrent of folder `T`, in piece space order. A path may contain slashes.
 */
export function testFiles(
  files: readonly (readonly [path: string, lengthBytes: number, kind?: 'pad' | 'executable' | string[]])[],
): FileEntry[] {
  let offsetBytes = 0
  return files.map(([path, lengthBytes, kind]) => {
    const entry: FileEntry = {
      path: ['T', ...path.split('/')],
      lengthBytes,
      offsetBytes,
      pad: kind === 'pad',
      executable: kind === 'executable',
      hidden: false,
      ...(Array.isArray(kind) ? { symlink: kind } : {}),
    }
    offsetBytes += lengthBytes
    return entry
  })
}
