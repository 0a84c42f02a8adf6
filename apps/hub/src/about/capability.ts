import { HUB } from '@shoal/hub-api'
import { announceUrls } from '../kernel/announce-urls.ts'
import { capability } from '../kernel/capability.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { didDocument } from './did-document.ts'
import { inviteOwner } from './owner.ts'

/** The hub itself: its name and key. */
export const about = capability({
  contract: HUB,
  wants: { fronts: TRACKER_FRONTS },
  start(kernel, { fronts }) {
    const { given, version, did, hubKey, running } = kernel
    return {
      operations: {
        getHub: async () => ({
          name: kernel.name,
          version,
          registration: given.registration ?? 'invite',
          did,
          key: hubKey.did,
          trackers: announceUrls(kernel, null),
          isTrackerPrivate: fronts?.isPrivate ?? false,
          chatApp: given.chatApp ?? null,
          roomGuests: given.roomGuests ?? false,
          capabilities: [...running().capabilities],
        }),
      },
      routes(scope) {
        scope.get('/.well-known/did.json', { config: { anyHost: true } }, async (_request, reply) => {
          if (did === null) return reply.callNotFound()
          return reply
            .headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' })
            .type('application/did+json')
            .send(JSON.stringify(didDocument(did, hubKey.publicKey)))
        })
      },
      overview: async () => ({ ownerLink: kernel.place.isFirst ? await inviteOwner(kernel) : null }),
      close() {},
    }
  },
})
