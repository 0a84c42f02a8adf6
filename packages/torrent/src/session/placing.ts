import type { AddOptions } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import type { TorrentPlace } from './torrent/origin.ts'

/**
 * Decides where an added torrent is stored and how it starts: by the user's options, else as
 * recorded, else by the session's defaults.
 */
export function choosePlace(
  options: AddOptions,
  recorded: TorrentPlace | undefined,
  sessionDirectory: string,
  metainfo: Metainfo | null = null,
): TorrentPlace {
  const directory = options.directory ?? recorded?.directory ?? sessionDirectory
  const memory = options.memory ?? false
  // Progress that was recorded for one folder is meaningless for another.
  const samePlace = !memory && recorded?.directory === directory
  return {
    directory,
    memory,
    trusted: options.trusted ?? false,
    sequential: options.sequential ?? recorded?.sequential ?? false,
    firstLastFirst: options.firstLastFirst ?? recorded?.firstLastFirst ?? false,
    superSeeding: options.superSeeding ?? recorded?.superSeeding ?? false,
    preallocate: options.preallocate ?? recorded?.preallocate ?? false,
    limits: options.limits ?? recorded?.limits,
    renamed: options.renamed && amongAll(options.renamed, metainfo),
    contentLayout: options.contentLayout ?? recorded?.contentLayout,
    progress: samePlace ? recorded.progress : null,
  }
}

/** Converts indexes among the real files to indexes among all files. */
function amongAll(
  renamed: NonNullable<AddOptions['renamed']>,
  metainfo: Metainfo | null,
): ReadonlyMap<number, readonly string[]> {
  const files = [...(metainfo?.info.files.entries() ?? [])].filter(([, { pad }]) => !pad)
  return new Map([...renamed].map(([index, path]) => [checkedIndex(files[index]?.[0], index), path]))
}

function checkedIndex(at: number | undefined, index: number): number {
  if (at !== undefined) return at
  throw new ShoalError('bad-argument', `the torrent has no file ${index}`)
}
