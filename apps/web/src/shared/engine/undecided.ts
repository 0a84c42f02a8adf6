import type { TorrentApi } from '@shoal/torrent'

/**
 * Links can be opened without a click: without a limit, any page could make this one store and
 * announce any number of torrents.
 */
export const MOST_UNDECIDED = 20

type Looked = Pick<TorrentApi, 'files' | 'addedMs'> & {
  readonly stats: Pick<TorrentApi['stats'], 'state'>
}

/**
 * Returns the torrents to remove among those without selected files, oldest first. Never returns
 * `opened`, which the user views now.
 */
export function tooManyUndecided<Torrent extends Looked>(
  torrents: readonly Torrent[],
  opened: Torrent,
): Torrent[] {
  const others = torrents.filter(torrent => torrent !== opened && isUndecided(torrent))
  const surplus = Math.max(0, others.length - (MOST_UNDECIDED - 1))
  return others.sort((a, b) => a.addedMs - b.addedMs).slice(0, surplus)
}

/**
 * Returns whether no file is wanted and none is downloaded. Files that are being checked may turn
 * out to be downloaded.
 */
function isUndecided({ files, stats }: Looked): boolean {
  return (
    stats.state !== 'checking' && files.every(({ priority, haveBytes }) => priority === 0 && haveBytes === 0)
  )
}
