import type { ChatEvent, Job } from '@shoal/api'
import { audienceOf, formatShareLink, parseShareLink, withoutLocalPage } from '@shoal/links'
import type { Cell } from '../../shared/base/cell.ts'
import { isSealedLink } from '../../shared/chat/shoal-links.ts'
import { absoluteLink } from '../../shared/dropped/links.ts'
import type { NodeStore } from '../../shared/node/node-store.ts'
import { takeDrops } from '../../shared/ui/ui.ts'
import { toContent, UploadTask } from '../../shared/uploads/uploads.ts'
import type { ChatClient, ChatShares, FileSharing, LinkDownloads } from './chat-client.ts'
import { once } from './once.ts'
import { openSealedShare, openShare } from './open-files.ts'

const LIST_CHANGED: ChatEvent = { type: 'chat', conversation: null, messages: null }

/** Returns the chat of a node as the screens use it. */
export function consoleClient(node: NodeStore): ChatClient {
  const { api } = node
  return {
    api,
    listen(listener) {
      return node.events.listen('chat', event =>
        listener(event.type === 'hello' || event.type === 'resync' ? LIST_CHANGED : (event as ChatEvent)),
      )
    },
    async listPersons(signal) {
      const { items } = await api.listContacts({}, { signal })
      return items.map(({ did, name, nodes }) => ({
        did,
        name: nodes.find(each => each.name !== null)?.name ?? name,
      }))
    },
    listHubs: async signal => (await api.listHubs({}, { signal })).items,
    async setBlocked(did, isBlocked) {
      if (isBlocked) await api.blockPublisher({ did })
      else await api.unblockPublisher({ did })
    },
    contacts: null,
    shares: consoleShares(node),
  }
}

function consoleShares(node: NodeStore): ChatShares {
  return {
    files: consoleSharing(node),
    downloads: consoleDownloads(node),
    open: (given, signal) => {
      const link = withoutLocalPage(given)
      return isSealedLink(link) ? openSealedShare(node, link, signal) : openShare(node, link, signal)
    },
    // The node opens all other links itself.
    pageOf: async link => (isSealedLink(link) && /#s\d/.test(link) ? absoluteLink(link) : null),
  }
}

function consoleSharing(node: NodeStore): FileSharing {
  return {
    async share(files, { signal, onProgress }) {
      const { name, files: chosen } = toContent(files)
      const task = new UploadTask(node, name, chosen)
      const stop = () => task.cancel()
      signal.addEventListener('abort', stop)
      const report = () => onProgress(task.progress.get().sentBytes / Math.max(1, task.totalBytes))
      const unsubscribe = task.progress.subscribe(report)
      try {
        const started = await task.run({ name, seal: { by: 'key' } })
        signal.throwIfAborted()
        if (!started) throw new Error(task.progress.get().error ?? '')
        const { link, error } = await endOf(started, node.jobs, signal)
        if (link === null) throw Object.assign(new Error(error?.message ?? ''), { code: error?.code })
        return named(link, name)
      } finally {
        unsubscribe()
        signal.removeEventListener('abort', stop)
      }
    },
    takeDrops,
    hint: null,
  }
}

function consoleDownloads({ api, torrents }: NodeStore): LinkDownloads {
  return {
    async start(link) {
      // Another member of the chat wrote the link.
      const { torrent } = await api.addTorrent({ source: withoutLocalPage(link) })
      return torrent ? `/torrents/${torrent.id}` : '/'
    },
    follow(ids, listener) {
      const update = () =>
        listener(ids.map(id => torrents.get(id)?.progress).find(each => each != null) ?? null)
      const ends = ids.map(id => torrents.onRow(id, update))
      update()
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/**
 * Adds a name to the link of a sealed share, which does not contain one, for those who have the
 * key.
 */
function named(link: string, name: string): string {
  try {
    const share = parseShareLink(link)
    const page = link.slice(0, Math.max(0, link.indexOf('#')))
    const renamed = { ...share, magnet: { ...share.magnet, name } }
    // Without a page, the link works for those who can reach the node at the address of this
    // console.
    return formatShareLink(page, renamed, page === '' ? { audience: audienceOf(location.href) } : {})
  } catch {
    // The link also works without a name.
    return link
  }
}

/** Resolves to the job once it has ended. */
function endOf(started: Job, jobs: Cell<readonly Job[]>, signal: AbortSignal): Promise<Job> {
  return once(
    jobs,
    () => {
      const job = jobs.get().find(({ id }) => id === started.id) ?? started
      return job.endedMs === null ? null : job
    },
    signal,
  )
}
