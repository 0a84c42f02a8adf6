/** The tracker inside the node. */
import { TRACKER as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { ENGINE } from '../torrents/service.ts'
import { OwnTracker } from './own-tracker.ts'
import { ownTrackers } from './own-trackers.ts'
import { TRACKER as SERVICE } from './service.ts'

export const TRACKER = capability({
  contract: CONTRACT,
  needs: { engine: ENGINE },
  provides: { tracker: SERVICE },
  start({ settings, peerHost }, { engine }) {
    const tracker = new OwnTracker({ settings, session: engine }, peerHost)
    return {
      provides: { tracker: { announceUrls: () => ownTrackers(settings.current.network) } },
      onHttpServer(server, place) {
        tracker.join(server, place)
        return () => tracker.close()
      },
      close: () => tracker.close(),
    }
  },
})
