/** What the node does by itself: watched folders, scheduled limits, feeds, the end of sharing, what follows a completion. */
import type { FeedOperations, NodeOperations, Settings } from '@shoal/api'
import type { Clock } from '@shoal/torrent'
import { Completions, type CompletionsDeps } from '../completion/completions.ts'
import type { FeedDeps } from '../feeds/feed-reader.ts'
import { Feeds } from '../feeds/feeds.ts'
import type { LimitsNow } from '../kernel/limits.ts'
import type { Log } from '../kernel/log/log.ts'
import { ScheduledLimits } from '../schedule/scheduled-limits.ts'
import { SeedingLimits, type SeedingTorrent } from '../seeding/seeding-limits.ts'
import { WatchFolders } from '../watch/watch-folders.ts'

export interface AutomationDeps {
  readonly clock: Clock
  readonly log: Log
  readonly userAgent: string
  readonly operations: Pick<
    NodeOperations,
    'addTorrent' | 'actOnTorrents' | 'moveTorrent' | 'getTorrent' | 'getJob' | 'listLabels'
  >
  settings(): Settings
  /** Calls the listener after each change until the returned function is called. */
  onSettings(listener: () => void): () => void
  /** Called at the start, and when the limits are others than before. */
  applyLimits(limits: LimitsNow): void
  /** Torrents that are being shared now. */
  seeding(): Iterable<SeedingTorrent>
  /** See CompletionsDeps. */
  readonly claim: CompletionsDeps['claim']
  readonly contentPath: CompletionsDeps['contentPath']
  /** The catalogue's. */
  readonly feeds: FeedDeps['store']
  onFeedsChanged(): void
}

export interface Automation {
  readonly feeds: FeedOperations
  /** The limits that hold now. */
  limits(): LimitsNow
  /** Tells that a download is complete for the first time; twice does no harm. */
  completed(torrentId: string): void
  /** Stops all of it, programs that run included. */
  close(): Promise<void>
}

export function startAutomation(deps: AutomationDeps): Automation {
  const limits = new ScheduledLimits(deps)
  const watch = new WatchFolders(deps)
  const seeding = new SeedingLimits(deps)
  const completions = new Completions(deps)
  const feeds = new Feeds({ ...deps, store: deps.feeds, onChanged: () => deps.onFeedsChanged() })
  limits.start()
  watch.start()
  seeding.start()
  feeds.start()
  return {
    feeds: feeds.operations,
    limits: () => limits.now,
    completed: torrentId => completions.completed(torrentId),
    async close() {
      limits.close()
      await Promise.all([watch.close(), seeding.close(), completions.close(), feeds.close()])
    },
  }
}
