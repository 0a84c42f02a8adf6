import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Metainfo } from '@shoal/torrent'
import { CommandFailure, fileFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/**
 * Returns the download folder that `path` means for a torrent: the path itself, or its parent if it
 * is the torrent's own file or folder. Rejects with a Failure if it does not exist or is a file of
 * another name.
 */
export async function contentFolder(path: string, { info }: Pick<Metainfo, 'info'>): Promise<string> {
  const full = resolve(path)
  const stats = await stat(full).catch(error => {
    throw fileFailure(error, path)
  })
  const isNamed = basename(full) === info.name
  if (!stats.isDirectory()) {
    if (isNamed && info.singleFile) return dirname(full)
    throw new CommandFailure(
      'bad-argument',
      info.singleFile
        ? texts.check.otherName({ expected: info.name, actual: basename(full) })
        : texts.check.notFolder({ path, name: info.name }),
    )
  }
  if (!isNamed || info.singleFile) return full
  // A folder Photos can contain another Photos: the torrent describes the inner one.
  const inside = await stat(join(full, info.name)).catch(() => null)
  return inside?.isDirectory() ? full : dirname(full)
}
