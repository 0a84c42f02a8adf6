import { capability } from '@shoal/node/node/kernel/capability.ts'
import { ENGINE, TORRENTS } from '@shoal/node/node/torrents/service.ts'
import { GUESTS as CONTRACT } from '../contract.ts'
import { GuestFiles } from './guest-files.ts'
import { addGuestRoutes, FILES_HEADER } from './routes.ts'

/** Serves the node's share page with the files of shares. */
export const GUESTS = capability({
  contract: CONTRACT,
  needs: { engine: ENGINE, torrents: TORRENTS },
  start({ settings, reach }, { engine, torrents }) {
    const servesPages = () => settings.current.network.webrtc && (engine.route?.canListen ?? true)
    const guests = new GuestFiles({ engine, torrents, servesPages })
    return {
      routes: ({ app }) => {
        addGuestRoutes(app, guests)
        app.get('/share/share.json', async (_, reply) => {
          reply.header(FILES_HEADER, 'files')
          // The share page finds others by this node's tracker. Without it, they find each other
          // through the network.
          const { ownTracker, pagePeers } = reach.network
          if (ownTracker || pagePeers.length === 0) return reply.callNotFound()
          reply.header('cache-control', 'no-cache')
          return { trackers: [], iceServers: [], nodes: pagePeers }
        })
      },
      close() {},
    }
  },
})
