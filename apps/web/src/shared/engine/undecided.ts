import type { TorrentApi } from '@shoal/torrent'

/** A link needs no click to be opened: any page could have this one hold, and announce, as many torrents as it likes. */
export const MOST_UNDECIDED = 20

type Looked = Pick<TorrentApi, 'files' | 'addedMs'> & {
  readonly stats: Pick<TorrentApi['stats'], 'state'>
}

/** Those to forget, the oldest first, of torrents that nothing was chosen of. Never `opened`, which is looked at now. */
export function tooManyUndecided<Torrent extends Looked>(
  torrents: readonly Torrent[],
  opened: Torrent,
): Torrent[] {
  const others = torrents.filter(torrent => torrent !== opened && isUndecided(torrent))
  const surplus = Math.max(0, others.length - (MOST_UNDECIDED - 1))
  return others.sort((a, b) => a.addedMs - b.addedMs).slice(0, surplus)
}

/** Nothing is wanted of it, or here. What is being checked may yet turn out to be here. */
function isUndecided({ files, stats }: Looked): boolean {
  return (
    stats.state !== 'checking' && files.every(({ priority, haveBytes }) => priority === 0 && haveBytes === 0)
  )
}
