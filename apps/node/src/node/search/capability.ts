/** Full-text search over torrents, their files, and the text of documents. */

import { dirname, join } from 'node:path'
import { type CheckedInputOf, SEARCH as CONTRACT, type Implemented, type SearchPage } from '@shoal/api'
import { gauge } from '@shoal/daemon/metrics'
import { capability } from '../kernel/capability.ts'
import { ENGINE, type ManagedTorrent, TORRENTS, type Torrents } from '../torrents/service.ts'
import { Indexer } from './documents/indexer.ts'
import { FileStore } from './file-store.ts'
import { IndexQueue } from './index-queue.ts'
import { Search } from './search.ts'
import { SEARCH_OPERATIONS } from './service.ts'
import { SEARCH_TABLES } from './tables.ts'

/** Rate above which transfers take priority over documents. */
const BUSY_BYTES_PER_SECOND = 1_000_000

export const SEARCH = capability({
  contract: CONTRACT,
  migrations: SEARCH_TABLES,
  needs: { torrents: TORRENTS, engine: ENGINE },
  provides: { operations: SEARCH_OPERATIONS },
  start({ database, settings, log, problems }, { torrents, engine }) {
    const { records } = torrents
    const files = new FileStore(database)
    // Two threads have this file open. It can be rebuilt from the database.
    const index = new Search(join(dirname(database.path), 'search.db'), records, files)
    const indexer = new Indexer({
      data: {
        ...{ torrents: records, files, index, indexQueue: new IndexQueue(database) },
        transaction: work => database.transaction(work),
      },
      locate: ({ id }, { index: at }) => {
        const file = torrents.byRecordId(id)?.api.files[at]
        return file && file.haveBytes === file.lengthBytes ? file.diskPath : null
      },
      isBusy: () => {
        const { downloadBytesPerSecond, uploadBytesPerSecond } = engine.stats
        return downloadBytesPerSecond + uploadBytesPerSecond > BUSY_BYTES_PER_SECOND
      },
      onNotice: message => log.debug(message),
      onProblem: message => {
        problems.set('search', message)
        if (message !== null) log.warn(message)
      },
    })
    const follow = () => (settings.current.search.documents ? indexer.resume() : indexer.pause())
    settings.onChanged(follow)
    follow()
    const stop = new AbortController()
    const learnFiles = async ({ id, api }: ManagedTorrent) => {
      const known = torrents.recordId(id)
      if (known === undefined || records.knowsFiles(known)) return
      const list = api.files.map(({ index: at, path, lengthBytes }) => ({
        index: at,
        path: path.join('/'),
        lengthBytes,
      }))
      await files.replace(known, list, { signal: stop.signal })
      indexer.torrentChanged(known)
    }
    const learning = new Map<ManagedTorrent, Promise<void>>()
    torrents.watch({
      onMetadata(torrent) {
        const work = learnFiles(torrent)
          .catch(error => {
            if (!stop.signal.aborted) log.warn(`search: ${error.message}`)
          })
          .finally(() => learning.delete(torrent))
        learning.set(torrent, work)
      },
      onComplete(torrent, fresh) {
        if (!fresh) return
        void Promise.resolve(learning.get(torrent)).then(() => {
          const known = torrents.recordId(torrent.id)
          if (known !== undefined && !stop.signal.aborted) indexer.torrentCompleted(known)
        })
      },
      onRenamed({ id }) {
        const known = torrents.recordId(id)
        if (known !== undefined) indexer.torrentChanged(known)
      },
      onForgotten(_, known) {
        if (known !== undefined) indexer.torrentRemoved(known)
      },
    })
    const operations: Implemented<typeof CONTRACT> = { search: query => search(index, torrents, query) }
    return {
      operations,
      provides: { operations },
      stats: () => ({
        indexing: { waiting: indexer.progress.waiting, indexed: indexer.progress.indexed },
      }),
      metrics: () => [
        gauge('documents_waiting', 'Documents that wait to be indexed for search.', indexer.progress.waiting),
        gauge('documents_indexed', 'Documents whose text can be searched.', indexer.progress.indexed),
      ],
      async close() {
        stop.abort(new Error('the node is stopping'))
        await Promise.all(learning.values())
        await indexer.close()
        await index.close()
      },
    }
  },
})

async function search(
  index: Search,
  torrents: Torrents,
  { text, kind, limit, cursor }: CheckedInputOf<'search'>,
): Promise<SearchPage> {
  const found = await index.search({
    text,
    limit,
    ...(kind !== undefined && { kinds: [kind] }),
    ...(cursor !== undefined && { cursor }),
  })
  const items = found.hits.flatMap(({ torrentId, file, name, path, snippet, matches }) => {
    const torrent = torrents.byRecordId(torrentId)?.id
    if (torrent === undefined) return []
    return [
      {
        torrent,
        torrentName: name,
        file,
        path,
        snippet,
        matches: matches.map(([start, end]): [number, number] => [start, end]),
      },
    ]
  })
  return { items, next: found.next }
}
