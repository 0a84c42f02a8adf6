/** What the node does by itself, wired to it. */
import { systemClock } from '@shoal/torrent'
import { VERSION } from '../../base/version.ts'
import { contentPathOf } from '../completion/content-path.ts'
import type { LimitsNow } from '../kernel/limits.ts'
import { ratioOf } from '../torrents/view.ts'
import type { NodeCore } from './node-core.ts'
import { type Automation, type AutomationDeps, startAutomation } from './start-automation.ts'

export function startNodeAutomation(
  core: NodeCore,
  operations: Omit<AutomationDeps['operations'], 'getJob'>,
): Automation {
  const { registry, keeper, catalogue, events, log, list, kernel } = core
  const automation = startAutomation({
    clock: systemClock,
    log,
    userAgent: `Shoal/${VERSION}`,
    operations: { ...operations, getJob: async ({ id }) => kernel.jobs.get(id) },
    settings: () => keeper.current,
    onSettings: listener => keeper.onChanged(listener),
    applyLimits: () => kernel.limits.update(),
    *seeding() {
      for (const { id, state } of list.views()) {
        const torrent = state === 'seeding' ? registry.find(id) : null
        if (!torrent) continue
        const { seedingSeconds, ratioLimit, seedingTimeLimitMinutes } = torrent.row
        const ratio = ratioOf(torrent.api.stats)
        yield { id, name: torrent.api.name, ratio, seedingSeconds, ratioLimit, seedingTimeLimitMinutes }
      }
    },
    claim(id) {
      const torrent = registry.get(id)
      if (torrent.row.completionSettled) return false
      registry.change(torrent, { completionSettled: true })
      return true
    },
    contentPath: id => contentPathOf(registry.get(id).api),
    feeds: catalogue.feeds,
    onFeedsChanged: () => events.publish('feeds', { type: 'feeds' }),
  })
  kernel.limits.decideBy(() => automation.limits())
  kernel.limits.follow(limits => applyLimits(core, limits))
  // The setting that the limits go by besides the rates themselves.
  keeper.onChanged(() => applyLimits(core, kernel.limits.now))
  core.fromOutside.push(source => catalogue.feeds.isFromOutside(source))
  core.addedListeners.push(source => {
    // Added by a filter or by hand: the feed shows that it is there.
    if (catalogue.feeds.takeSource(source) > 0) events.publish('feeds', { type: 'feeds' })
  })
  const settle = ({ id, row }: { id: string; row: { completionSettled: boolean } }) => {
    if (!row.completionSettled) automation.completed(id)
  }
  core.watchers.add({ onComplete: settle })
  // Those that were completed just before the node ended.
  for (const torrent of registry.listed()) if (torrent.row.completedMs !== null) settle(torrent)
  return automation
}

/** Peers of the local network are under the limits only where the settings say so. */
function applyLimits({ session, keeper, protocols }: NodeCore, limits: LimitsNow): void {
  const none = {
    downloadBytesPerSecond: Number.POSITIVE_INFINITY,
    uploadBytesPerSecond: Number.POSITIVE_INFINITY,
  }
  const wanted = {
    downloadBytesPerSecond: limits.downloadBytesPerSecond ?? Number.POSITIVE_INFINITY,
    uploadBytesPerSecond: limits.uploadBytesPerSecond ?? Number.POSITIVE_INFINITY,
  }
  const forAll = keeper.current.limits.limitLocalPeers
  session.setLimits(forAll ? wanted : none)
  session.setLimits(forAll ? none : wanted, 'internet')
  protocols.setDownloadLimit(limits.downloadBytesPerSecond)
}
