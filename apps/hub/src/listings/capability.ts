import { LISTINGS } from '@shoal/hub-api'
import { Comments, FeedKeys, LISTING_TABLES, Listings } from '@shoal/hub-stores'
import { capability } from '../kernel/capability.ts'
import { MODERATION } from '../moderation/service.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { TRACKER_PASSKEYS } from '../tracker-keys/service.ts'
import { addByteRoutes } from './byte-routes.ts'
import { FeedReaders } from './feeds/feed-readers.ts'
import { addFeedRoutes } from './feeds/feed-routes.ts'
import { HubListings } from './hub-listings.ts'
import { Views } from './views.ts'

/** Characters of a comment that moderators see. */
const MAX_SHOWN = 200

/** Shares published by members, with comments, thumbnails, Atom and Torznab. */
export const listings = capability({
  contract: LISTINGS,
  tables: LISTING_TABLES,
  needs: { fronts: TRACKER_FRONTS },
  wants: { moderation: MODERATION, passkeys: TRACKER_PASSKEYS },
  start(kernel, { fronts, moderation, passkeys }) {
    const { database, people, callers, now } = kernel
    const store = new Listings(database, now)
    const comments = new Comments(database, now)
    const feedKeys = new FeedKeys(database, now)
    const views = new Views(people.accounts, infoHash => fronts.count(infoHash))
    const listings = new HubListings(kernel, { listings: store, comments, moderation, views })
    const readers = new FeedReaders(kernel, feedKeys, passkeys)
    moderation?.serve('listing', {
      async find(id) {
        const { title, author, hidden } = await store.get(id)
        return { text: title, author, hidden, listing: null }
      },
      hide: (id, reason) => store.hide(id, reason),
    })
    moderation?.serve('comment', {
      async find(id) {
        const { comment, listing } = await comments.get(id)
        const text = comment.text.slice(0, MAX_SHOWN).toWellFormed()
        return { text, author: comment.author, hidden: comment.hidden, listing }
      },
      hide: (id, reason) => comments.hide(id, reason),
    })
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
          createdMs: await feedKeys.renewedMs(caller.did),
        }),
        async renewFeedKey(_input, { caller }) {
          const key = await feedKeys.renew(caller.did)
          return { key, createdMs: now() }
        },
        async removeFeedKey(_input, { caller }) {
          await feedKeys.remove(caller.did)
          return {}
        },
      },
      routes(scope) {
        addFeedRoutes(scope, { kernel, listings: store, views, readers })
        addByteRoutes(scope, {
          ...{ callers, listings, readers },
          thumbnail: (id, name) => store.thumbnail(id, name),
          torrent: id => store.torrent(id),
        })
      },
      close() {},
    }
  },
})
