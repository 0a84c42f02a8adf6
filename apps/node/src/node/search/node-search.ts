/** Search, wired to the node: what is to be indexed when, and answers in the words of the API. */
import type { CheckedInputOf, SearchPage } from '@shoal/api'
import type { NodeCore } from '../legacy/node-core.ts'
import type { ManagedTorrent } from '../torrents/managed-torrent.ts'
import { Indexer } from './documents/indexer.ts'

/** Rates from which transfers go before documents. */
const BUSY_BYTES_PER_SECOND = 1_000_000

export interface NodeSearch {
  close(): Promise<void>
}

export function startNodeSearch(core: NodeCore): NodeSearch {
  const { catalogue, rows, registry, keeper, log, session } = core
  const stop = new AbortController()
  const managed = (id: number) => registry.find(rows.idOf(id) ?? '')
  const indexer = new Indexer({
    catalogue,
    locate: (torrent, { index }) => {
      const file = managed(torrent.id)?.api.files[index]
      return file && file.haveBytes === file.lengthBytes ? file.diskPath : null
    },
    isBusy: () => {
      const { downloadBytesPerSecond, uploadBytesPerSecond } = session.stats
      return downloadBytesPerSecond + uploadBytesPerSecond > BUSY_BYTES_PER_SECOND
    },
    onNotice: message => log.debug(message),
    onProblem: message => {
      core.kernel.problems.set('search', message)
      if (message !== null) log.warn(message)
    },
  })
  const follow = () => (keeper.current.search.documents ? indexer.resume() : indexer.pause())
  keeper.onChanged(follow)
  follow()
  const learnFiles = async ({ id, api }: ManagedTorrent) => {
    const known = rows.catalogueId(id)
    if (known === undefined || catalogue.torrents.get(known)?.filesKnown) return
    const files = api.files.map(({ index, path, lengthBytes }) => ({
      index,
      path: path.join('/'),
      lengthBytes,
    }))
    await catalogue.files.replace(known, files, { signal: stop.signal })
    indexer.torrentChanged(known)
  }
  const tell = (work: Promise<void>) =>
    work.catch(error => {
      if (!stop.signal.aborted) log.warn(`search: ${error.message}`)
    })
  const learning = new Map<ManagedTorrent, Promise<void>>()
  core.watchers.add({
    onMetadata(torrent) {
      learning.set(
        torrent,
        tell(learnFiles(torrent)).finally(() => learning.delete(torrent)),
      )
    },
    onComplete(torrent, fresh) {
      if (!fresh) return
      void Promise.resolve(learning.get(torrent)).then(() => {
        const known = rows.catalogueId(torrent.id)
        if (known !== undefined && !stop.signal.aborted) indexer.torrentCompleted(known)
      })
    },
    onRenamed({ id }) {
      const known = rows.catalogueId(id)
      if (known !== undefined) indexer.torrentChanged(known)
    },
    onForgotten: (_, known) => {
      if (known !== undefined) indexer.torrentRemoved(known)
    },
  })
  core.search = query => search(core, query)
  core.indexing = () => ({ waiting: indexer.progress.waiting, indexed: indexer.progress.indexed })
  return {
    async close() {
      stop.abort(new Error('the node stops'))
      await Promise.all(learning.values())
      await indexer.close()
    },
  }
}

async function search(
  { catalogue, rows }: NodeCore,
  { text, kind, limit, cursor }: CheckedInputOf<'search'>,
): Promise<SearchPage> {
  const found = await catalogue.index.search({
    text,
    limit,
    ...(kind !== undefined && { kinds: [kind] }),
    ...(cursor !== undefined && { cursor }),
  })
  const items = found.hits.flatMap(({ torrentId, file, name, path, snippet, matches }) => {
    const torrent = rows.idOf(torrentId)
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
