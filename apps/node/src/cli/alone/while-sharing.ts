/** Common part of the commands that share until Ctrl-C. */
import { infoHashText, type Session, type SessionOptions, type TorrentApi } from '@shoal/torrent'
import type { CommandContext } from '../command.ts'
import { EXIT } from '../exit.ts'
import { logTo } from '../terminal/log.ts'
import { openView } from '../terminal/open-view.ts'
import { torrentItem, type View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { untilStopped } from './download.ts'
import { type FindableShares, openFindable } from './open-findable.ts'
import { openSession } from './open-session.ts'

export interface SharingOptions {
  /** Lets others find what is shared. */
  readonly findable: boolean
  readonly networkNode: readonly string[]
  readonly network: SessionOptions
}

export interface Sharing {
  readonly session: Session
  readonly view: View
  /** Null without `--findable`. */
  readonly findable: FindableShares | null
  /** Called when the session is closed and nothing changes on disk any more. */
  readonly afterwards: (() => Promise<void>)[]
}

/**
 * Opens everything that a sharing command needs, and closes it after the work. Resolves with the
 * exit code.
 */
export async function whileSharing(
  { network, ...options }: SharingOptions,
  place: Pick<SessionOptions, 'directory' | 'stateDirectory'>,
  { interrupt: { signal }, output }: CommandContext,
  work: (sharing: Sharing) => Promise<void>,
): Promise<number> {
  const session = await openSession({ ...network, ...place, restore: false })
  const view = openView(output)
  const findable = openFindable(session, view, { ...options, network })
  const afterwards: Sharing['afterwards'] = []
  try {
    await work({ session, view, findable, afterwards })
    return 0
  } catch (error) {
    if (!signal.aborted) throw error
    return EXIT.interrupted
  } finally {
    if (signal.aborted) view.tell(texts.run.stopping)
    await findable?.close()
    view.close()
    await session.close()
    for (const close of afterwards) await close()
  }
}

/** Shares one torrent until Ctrl-C; `tellLinks` prints its links. */
export async function seedTorrent(
  torrent: TorrentApi,
  { peer, superSeeding }: { readonly peer: readonly string[]; readonly superSeeding?: boolean },
  { session, view }: Sharing,
  { output, interrupt }: CommandContext,
  tellLinks: () => void,
): Promise<void> {
  if (superSeeding) torrent.setSuperSeeding(true)
  for (const each of peer) torrent.addPeer(each)
  view.add(torrentItem(torrent, infoHashText(torrent.infoHashes)))
  logTo(view, output, torrent)
  view.tell(texts.seed.listening({ port: String(session.port) }), { event: 'listening', port: session.port })
  tellLinks()
  await untilStopped(torrent, interrupt.signal)
}
