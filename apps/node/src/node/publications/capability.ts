/**
 * Links whose torrent can be replaced (BEP 46): keeps this node's own links in the DHT, and adds
 * new versions of followed ones.
 */
import { PUBLICATIONS as CONTRACT, type Implemented } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import { capability } from '../kernel/capability.ts'
import { SOURCES } from '../sources/service.ts'
import { ENGINE, type ManagedTorrent, TORRENT_OPERATIONS, TORRENTS } from '../torrents/service.ts'
import { Follower } from './follower.ts'
import { PublicationStore } from './publication-store.ts'
import { Publisher } from './publisher.ts'
import { filePaths, ownFiles, replaceFiles } from './replaced-files.ts'
import { PUBLICATION_TABLES } from './tables.ts'

export const PUBLICATIONS = capability({
  contract: CONTRACT,
  migrations: PUBLICATION_TABLES,
  needs: { sources: SOURCES, engine: ENGINE, torrents: TORRENTS, operations: TORRENT_OPERATIONS },
  start({ clock, log, database, events, folders, settings }, { sources, engine, torrents, operations }) {
    const { registry } = torrents
    const store = new PublicationStore(database)
    const parts = {
      ...{ clock, log, store, dht: engine, random: Math.random },
      onChanged: () => events.publish('publications', { type: 'publications' }),
    }
    const isUsedByOther = (torrent: ManagedTorrent) => (path: string) =>
      [...registry.listed()].some(other => other !== torrent && filePaths(other.api).includes(path))
    const tidy = async (torrent: ManagedTorrent) => {
      const followed = store.followed
        .select("WHERE leftovers != '[]' AND torrent IS NOT NULL")
        .find(each => registry.find(each.torrent!) === torrent)
      if (!followed) return
      await replaceFiles(torrent.api, followed.leftovers, isUsedByOther(torrent))
      store.followed.update(followed.id, { leftovers: [] })
    }
    let tidying: Promise<unknown> = Promise.resolve()
    const onComplete = (torrent: ManagedTorrent) => {
      tidying = tidying
        .then(() => tidy(torrent))
        .catch(error => log.warn(`files of an earlier version remain: ${describeFailure(error).message}`))
    }
    const publisher = new Publisher(parts)
    const follower = new Follower({
      ...parts,
      operations: { addTorrent: (input, options) => sources.add(input, options) },
      allow: directory => folders.allow(directory),
      directoryOf: label => (label && torrents.labelDirectory(label)) || settings.current.downloads.directory,
      async replace(id) {
        const torrent = registry.find(id)
        if (!torrent || torrent.row.removedMs !== null) return []
        const files = await ownFiles(torrent.api)
        await operations.actOnTorrents({ ids: [torrent.id], action: 'remove', undo: false })
        return files
      },
      onAdded(id) {
        const torrent = registry.find(id)
        if (torrent?.isComplete) onComplete(torrent)
      },
    })
    const implemented: Implemented<typeof CONTRACT> = {
      listPublications: async () => ({ items: publisher.list() }),
      publish: async input => publisher.publish(input),
      findPublished: async (input, options) => publisher.find(input, options?.signal),
      unpublish: async ({ id }) => publisher.remove(id),
      listFollowed: async () => ({ items: follower.list() }),
      follow: async input => follower.follow(input),
      updateFollowed: async input => follower.update(input),
      checkFollowed: async ({ id }) => follower.check(id),
      unfollow: async ({ id }) => follower.remove(id),
    }
    return {
      operations: implemented,
      begin() {
        torrents.watch({ onComplete })
        publisher.rounds.start()
        follower.rounds.start()
      },
      async close() {
        await Promise.all([publisher.rounds.close(), follower.rounds.close()])
        await tidying
      },
    }
  },
})
