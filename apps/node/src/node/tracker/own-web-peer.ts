import type { Session } from '@shoal/torrent'
import type { OwnPeer } from '@shoal/tracker'
import type { SettingsStore } from '../kernel/settings-store.ts'
import { ownTrackers } from './own-trackers.ts'

/**
 * The node as a peer of pages that use its own tracker: it answers their offers for all its
 * torrents except private ones. The page of a share link thus finds the node even if no torrent
 * names its tracker, and a torrent without viewers costs nothing.
 */
export function ownWebPeer({
  settings,
  session,
}: {
  readonly settings: Pick<SettingsStore, 'current'>
  readonly session: Session
}): OwnPeer {
  /**
   * At the tracker's public address the session connects to pages itself: a second connection would
   * cost both.
   */
  const meetsThere = (hash: Buffer) => {
    const own = ownTrackers(settings.current.network)
    const asked = own.length > 0 ? session.find(hash)?.discovery() : undefined
    return asked?.some(({ url, state }) => state === 'ok' && url !== undefined && own.includes(url)) ?? false
  }
  return {
    peerId: Buffer.from(session.peerId).toString('latin1'),
    wants(hash, peerId, isSeed) {
      const bytes = Buffer.from(hash, 'latin1')
      // BEP 21: two seeds would disconnect from each other.
      if (isSeed && session.find(bytes)?.isComplete) return false
      return session.wantsOffer(bytes, Buffer.from(peerId, 'latin1')) && !meetsThere(bytes)
    },
    answer: (hash, offer, peerId) =>
      session.answerOffer(Buffer.from(hash, 'latin1'), offer, Buffer.from(peerId, 'latin1')),
  }
}
