/** The current list of torrents, kept up to date by the node's events. */
import type { EventOf, Job, NodeEvent, Torrent } from '@shoal/api'
import type { NodeClient } from './node-client.ts'
import { allTorrents } from './pages.ts'

export interface Mirror {
  readonly torrents: ReadonlyMap<string, Torrent>
  /** Jobs that are running or ended recently. */
  readonly jobs: ReadonlyMap<string, Job>
}

/**
 * Yields the mirror and the event that changed it after each change, starting when it is complete.
 * Ends when the signal aborts; throws `unreachable` when the node stops.
 */
export async function* mirrorTorrents(
  node: NodeClient,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<{ mirror: Mirror; event: NodeEvent }> {
  const torrents = new Map<string, Torrent>()
  const jobs = new Map<string, Job>()
  const mirror = { torrents, jobs }
  // A list read after subscribing lacks nothing. Earlier events are already part of it and change
  // nothing.
  const read = async () => {
    const [all, known] = await Promise.all([
      allTorrents(node.api, { sort: 'addedMs', order: 'ascending' }),
      node.api.listJobs({}),
    ])
    for (const job of known.items) jobs.set(job.id, job)
    torrents.clear()
    for (const torrent of all) torrents.set(torrent.id, torrent)
  }
  for await (const event of node.events(['torrents', 'jobs'], { signal })) {
    if (event.type === 'hello' || event.type === 'resync') await read()
    else if (event.type === 'torrents') apply(torrents, event)
    else if (event.type === 'job') jobs.set(event.job.id, event.job)
    else continue
    yield { mirror, event }
  }
}

export function apply(
  torrents: Map<string, Torrent>,
  { changed, removed }: Pick<EventOf<'torrents'>, 'changed' | 'removed'>,
): void {
  for (const change of changed) {
    const before = torrents.get(change.id)
    // Changes of new torrents are complete. A torrent with a partial change was removed in the
    // meantime.
    if (before || change.name !== undefined) torrents.set(change.id, { ...before, ...change } as Torrent)
  }
  for (const id of removed) torrents.delete(id)
}
