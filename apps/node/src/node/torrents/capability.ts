/** Torrents, with their labels, queue, peers and history. */
import { TORRENTS as CONTRACT, TORRENT_STATES } from '@shoal/api'
import { counter, type Family, gauge, samplesBy } from '@shoal/daemon/metrics'
import { Session } from '@shoal/torrent'
import { count } from '../../base/format.ts'
import { VERSION } from '../../base/version.ts'
import { capability } from '../kernel/capability.ts'
import { routeOptions } from '../kernel/route.ts'
import { PERSONS, RECOGNITION } from '../people/service.ts'
import { freshRow } from './changes/adding.ts'
import { torrentFiles } from './changes/torrent-files.ts'
import { HeldPathsKeeper } from './held-paths-keeper.ts'
import { createIpFilter, ipFilterProblems } from './node-ip-filter.ts'
import { Pulse } from './pulse.ts'
import { DatabaseResumeStore } from './records/resume-store.ts'
import { restoreTorrents } from './restore-torrents.ts'
import { ENGINE, TORRENTS as SERVICE, TORRENT_OPERATIONS } from './service.ts'
import { firstOptions, followSettings, takenPeerPort } from './session-settings.ts'
import { TORRENT_TABLES } from './tables.ts'
import { TorrentManager } from './torrent-manager.ts'
import { torrentOperations } from './torrent-operations.ts'

export const TORRENTS = capability({
  contract: CONTRACT,
  migrations: TORRENT_TABLES,
  wants: { recognition: RECOGNITION, persons: PERSONS },
  provides: { engine: ENGINE, torrents: SERVICE, operations: TORRENT_OPERATIONS },
  async start(kernel, { recognition, persons }) {
    const { settings, database, log } = kernel
    let onRecord = () => {}
    let opened: Session | null = null
    const ipFilter = createIpFilter(kernel, () => opened)
    const { ipFilter: filterPath } = settings.current.privacy
    await ipFilter.open(filterPath).catch(error => {
      log.warn(`The IP filter is not in effect: ${error.message}`)
      ipFilter.fail(filterPath, error)
    })
    const session = await Session.open({
      ...firstOptions(settings),
      ...routeOptions(settings.current),
      resumeStore: new DatabaseResumeStore(database, () => onRecord()),
      userAgent: `Shoal/${VERSION}`,
      ipFilter: ipFilter.list?.ranges ?? null,
      ...(recognition && { recognition }),
      ...(kernel.peerHost !== undefined && { host: kernel.peerHost }),
    })
    opened = session
    for (const problem of session.problems) log.warn(problem)
    const taken = takenPeerPort(settings.current, session.port)
    if (taken !== null) log.warn(`port ${taken} for peers is taken: using port ${session.port} instead`)
    const manager = new TorrentManager(kernel, session, ipFilter, persons)
    const held = new HeldPathsKeeper({ dataDir: kernel.dataDir, torrents: manager, log })
    const pulse = new Pulse(manager)
    onRecord = () => manager.traffic.keepUp(session.transferred, Date.now())
    const operations = torrentOperations(manager)
    return {
      operations,
      provides: { engine: session, torrents: manager, operations },
      files: torrentFiles(manager.registry),
      stats: () => stats(manager),
      metrics: () => metrics(manager),
      health: () => health(manager),
      jobs: { move: {} },
      async begin() {
        const { registry, peers, removals, queue } = manager
        await restoreTorrents(manager, api => ({
          ...freshRow(api, registry),
          paused: api.stats.state === 'paused',
        }))
        followSettings(manager)
        await peers.facts.countries
          .open(settings.current.privacy.countryDatabase)
          .catch(error => log.warn(error.message))
        pulse.start()
        removals.start()
        await held.start()
        await queue.apply()
      },
      async close() {
        ipFilter.close()
        await manager.removals.close()
        await manager.previews.close()
        pulse.close()
        await held.close()
        await session.close()
      },
    }
  },
})

function stats({ session, traffic, list }: TorrentManager) {
  const { stats } = session
  traffic.look(stats)
  const torrents: Record<string, number> = {}
  for (const { state } of list.views()) torrents[state] = (torrents[state] ?? 0) + 1
  return {
    downloadBytesPerSecond: Math.round(stats.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(stats.uploadBytesPerSecond),
    session: traffic.session,
    allTime: traffic.allTime,
    torrents,
    connections: { ...stats.connections },
    dhtNodes: stats.dhtNodes,
  }
}

function metrics(manager: TorrentManager): Family[] {
  const now = stats(manager)
  const states = { ...Object.fromEntries(TORRENT_STATES.map(state => [state, 0])), ...now.torrents }
  return [
    gauge('download_bytes_per_second', 'Payload received per second.', now.downloadBytesPerSecond),
    gauge('upload_bytes_per_second', 'Payload sent per second.', now.uploadBytesPerSecond),
    counter(
      'downloaded_bytes_total',
      'Payload received since the node started.',
      now.session.downloadedBytes,
    ),
    counter('uploaded_bytes_total', 'Payload sent since the node started.', now.session.uploadedBytes),
    counter(
      'all_time_downloaded_bytes_total',
      'Payload received over all runs.',
      now.allTime.downloadedBytes,
    ),
    counter('all_time_uploaded_bytes_total', 'Payload sent over all runs.', now.allTime.uploadedBytes),
    gauge('torrents', 'Torrents by state.', samplesBy('state', states)),
    gauge('connections', 'Open connections by transport.', samplesBy('transport', now.connections)),
    counter(
      'blocked_peers_total',
      'Times that the IP filter kept a peer away.',
      manager.session.stats.blockedPeers,
    ),
    ...(now.dhtNodes === null ? [] : [gauge('dht_nodes', "Nodes in the DHT's routing table.", now.dhtNodes)]),
  ]
}

function health({ session, list, ipFilter, kernel: { settings, route } }: TorrentManager): string[] {
  const problems = [...session.problems, ...ipFilterProblems(ipFilter)]
  const all = [...list.troubled()].map(({ api }) => ({ name: api.name, stats: api.stats }))
  const failed = all.filter(({ stats }) => stats.state === 'error')
  if (failed.length > 0)
    problems.push(
      `${count(failed.length, 'torrent has', 'torrents have')} stopped, ${failed[0]!.name} with this error: ${failed[0]!.stats.error ?? 'unknown'}`,
    )
  const changed = all.flatMap(({ stats }) => stats.changedFiles)
  if (changed.length > 0)
    problems.push(
      `${count(changed.length, 'file was', 'files were')} changed on disk and no longer right, such as ${changed[0]}: what is missing is downloaded again`,
    )
  const mayListen = route?.canListen ?? true
  if (mayListen && session.port === 0 && settings.current.network.port !== 0)
    problems.push(`port ${settings.current.network.port} cannot be opened for peers: choose another`)
  return problems
}
