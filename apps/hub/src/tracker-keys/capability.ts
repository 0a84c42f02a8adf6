import { counter, gauge } from '@shoal/daemon/metrics'
import { TRACKER_KEYS } from '@shoal/hub-api'
import { TRACKER_KEY_TABLES, TrackerKeys } from '@shoal/hub-stores'
import { announceUrls } from '../kernel/announce-urls.ts'
import { capability } from '../kernel/capability.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { KeyDirectory } from './key-directory.ts'
import { TRACKER_PASSKEYS } from './service.ts'
import { TrafficBatch } from './traffic-batch.ts'

const HOUR_MS = 3_600_000
/** Time without announces after which a peer is forgotten. */
const FORGOTTEN_MS = 48 * HOUR_MS
const NOTHING = { uploadedBytes: 0, downloadedBytes: 0 }

/** Members' passkeys, and their peers' transfer totals. */
export const trackerKeys = capability({
  contract: TRACKER_KEYS,
  tables: TRACKER_KEY_TABLES,
  needs: { fronts: TRACKER_FRONTS },
  provides: { passkeys: TRACKER_PASSKEYS },
  start(kernel, { fronts }) {
    const store = new TrackerKeys(kernel.database, kernel.now)
    const onError = (error: unknown) => fronts.warnings.databaseFailed(error)
    const traffic = new TrafficBatch({ store, now: kernel.now, onError })
    const keys = new KeyDirectory({
      store,
      count: (did, announce) => traffic.add(did, announce),
      nowMs: () => performance.now(),
      onError,
    })
    fronts.serveAccounts(keys)
    const channel = kernel.channels.open('tracker-keys', bytes => keys.forget(Buffer.from(bytes).toString()))
    const forgetPeers = () => store.forgetPeers(kernel.now() - FORGOTTEN_MS).catch(onError)
    const sweeper = setInterval(() => void forgetPeers(), HOUR_MS).unref()
    return {
      operations: {
        async getTrackerAccount(_input, { caller: { did } }) {
          const [totals, torrents] = await Promise.all([store.totals(did), store.torrents(did)])
          return {
            hasKey: totals !== null,
            isPrivate: fronts.isPrivate,
            announceUrls: announceUrls(kernel, 'PASSKEY'),
            ...(totals ?? NOTHING),
            torrents: torrents.map(({ torrent, uploadedBytes, downloadedBytes }) => ({
              infoHash: Buffer.from(torrent).toString('hex'),
              uploadedBytes,
              downloadedBytes,
            })),
          }
        },
        async renewTrackerKey(_input, { caller: { did } }) {
          const passkey = await store.renew(did)
          keys.forget(did)
          channel.publish(Buffer.from(did))
          return { passkey, announceUrls: announceUrls(kernel, passkey) }
        },
        async listTrackerTotals({ after, limit }) {
          const accounts = await store.list({ limit, ...(after !== undefined && { after }) })
          return { accounts: [...accounts], next: accounts.length < limit ? null : accounts.at(-1)!.did }
        },
      },
      provides: {
        passkeys: { find: async passkey => (await store.find([passkey])).get(passkey) ?? null },
      },
      metrics: () => [
        gauge('hub_passkeys', 'Passkeys of accounts that this process knows.', keys.size),
        counter(
          'hub_traffic_dropped_total',
          'Reports of peers for which there was no room.',
          traffic.dropped,
        ),
      ],
      drain: () => traffic.flush(),
      async close() {
        clearInterval(sweeper)
        keys.close()
        await traffic.close()
      },
    }
  },
})
