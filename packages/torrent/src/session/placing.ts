import type { AddOptions } from '../api.ts'
import type { TorrentPlace } from './torrent-origin.ts'

/** Where a torrent that is added now lives, and how it begins: as the user says, else as it was recorded, else as the session does. */
export function placeOf(
  options: AddOptions,
  recorded: TorrentPlace | undefined,
  sessionDirectory: string,
): TorrentPlace {
  const directory = options.directory ?? recorded?.directory ?? sessionDirectory
  const memory = options.memory ?? false
  // Progress recorded for files in one folder says nothing of another.
  const samePlace = !memory && recorded?.directory === directory
  return {
    directory,
    memory,
    trusted: options.trusted ?? false,
    sequential: options.sequential ?? recorded?.sequential ?? false,
    preallocate: options.preallocate ?? recorded?.preallocate ?? false,
    limits: options.limits ?? recorded?.limits,
    progress: samePlace ? recorded.progress : null,
  }
}
