/** Feeds: reads them regularly, and adds the items that their filters match. */

import { VERSION } from '@shoal/node/base/version.ts'
import { capability } from '@shoal/node/node/kernel/capability.ts'
import { SOURCES } from '@shoal/node/node/sources/service.ts'
import { FEEDS as CONTRACT } from '../contract.ts'
import { FeedStore } from './feed-store.ts'
import { Feeds } from './feeds.ts'
import { FEED_TABLES } from './tables.ts'

export const FEEDS = capability({
  contract: CONTRACT,
  migrations: FEED_TABLES,
  needs: { sources: SOURCES },
  start({ clock, log, database, events, route }, { sources }) {
    const store = new FeedStore(database)
    const onChanged = (id: string | null) => events.publish('feeds', { type: 'feeds', id })
    const feeds = new Feeds({
      ...{ clock, log, store, route, onChanged },
      userAgent: `Shoal/${VERSION}`,
      operations: { addTorrent: (input, options) => sources.add(input, options) },
    })
    sources.restrict(source => store.isFromOutside(source))
    sources.onAdded(source => {
      // Added by a filter or by hand: the feed shows it as added.
      if (store.takeSource(source) > 0) onChanged(null)
    })
    return {
      operations: feeds.operations,
      begin: () => feeds.start(),
      close: () => feeds.close(),
    }
  },
})
