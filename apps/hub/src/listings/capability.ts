import { LISTINGS } from '@shoal/hub-api'
import { capability } from '../kernel/capability.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { addByteRoutes } from './byte-routes.ts'
import { FeedReaders } from './feeds/feed-readers.ts'
import { addFeedRoutes } from './feeds/feed-routes.ts'
import { HubListings } from './hub-listings.ts'
import { Views } from './views.ts'

/** Shares that members publish, with comments, thumbnails, Atom and Torznab. */
export const listings = capability({
  contract: LISTINGS,
  needs: { fronts: TRACKER_FRONTS },
  start(kernel, { fronts }) {
    const { stores, callers } = kernel
    const views = new Views(stores.accounts, infoHash => fronts.count(infoHash))
    const listings = new HubListings(kernel, views)
    const readers = new FeedReaders(kernel)
    return {
      operations: {
        listListings: (input, { caller }) => listings.list(input, caller),
        getListing: (input, { caller }) => listings.get(input, caller),
        publishListing: (input, { caller }) => listings.publish(input, caller),
        editListing: (input, { caller }) => listings.edit(input, caller),
        removeListing: (input, { caller }) => listings.remove(input, caller),
        removeThumbnail: (input, { caller }) => listings.removeThumbnail(input, caller),
        listComments: (input, { caller }) => listings.comments(input, caller),
        addComment: (input, { caller }) => listings.addComment(input, caller),
        editComment: (input, { caller }) => listings.editComment(input, caller),
        removeComment: (input, { caller }) => listings.removeComment(input, caller),
        getFeedKey: async (_input, { caller }) => ({
          createdMs: await stores.feedKeys.renewedMs(caller.did),
        }),
        async renewFeedKey(_input, { caller }) {
          const key = await stores.feedKeys.renew(caller.did)
          return { key, createdMs: kernel.now() }
        },
        async removeFeedKey(_input, { caller }) {
          await stores.feedKeys.remove(caller.did)
          return {}
        },
      },
      routes(scope) {
        addFeedRoutes(scope, { kernel, views, readers })
        addByteRoutes(scope, {
          ...{ callers, listings, readers },
          thumbnail: (id, name) => stores.listings.thumbnail(id, name),
          torrent: id => stores.listings.torrent(id),
        })
      },
      close() {},
    }
  },
})
