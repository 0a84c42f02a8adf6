/**
 * Passkeys of members on a hub with two processes that share a database: on one machine with
 * SQLite, and with PostgreSQL and Redis.
 */
import { DatabaseSync } from 'node:sqlite'
import { connectHub } from '@shoal/hub-api/client'
import { openFileStores, openServerStores, type TestStores } from '@shoal/hub-stores/testing'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { tempDir } from './support/files.ts'
import { HubProcess } from './support/hub.ts'
import { PostgresServer } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { missing } from './support/tools.ts'

const ANN = 'did:key:ann'
const COUNT_PEERS = 'SELECT count(*) AS peers FROM tracker_peers'

/**
 * Lets a member announce to all processes in turn. `hubs`: each reachable separately, or one whose
 * processes share a port. `countPeers`: counts those in the database.
 */
async function countEverywhere(
  hubs: readonly HubProcess[],
  stores: TestStores,
  countPeers: () => unknown,
): Promise<void> {
  await stores.accounts.create({ did: ANN })
  const { secret } = await stores.sessions.begin(ANN, { label: '', lifeMs: 600_000 })
  const ann = (at: number) => connectHub({ url: hubs[at % hubs.length]!.url, session: secret })
  const { passkey } = await ann(0).renewTrackerKey({})
  const announce = (key: string, at: number) => {
    const bytes = `uploaded=${100 * at}&downloaded=${at}`
    return hubs[at % hubs.length]!.text(
      `/${key}/announce?info_hash=${'h'.repeat(20)}&peer_id=${'p'.repeat(20)}&port=9&left=1&${bytes}`,
    )
  }
  expect(await announce(passkey, 0)).toContain('8:complete')
  await until('the peer is known', async () => Number(await countPeers()) === 1)
  for (let at = 1; at <= 20; at++) expect(await announce(passkey, at)).toContain('8:complete')
  // Each process writes within seconds, and none counts the traffic of another again.
  await until('all is counted', async () => (await stores.trackerKeys.totals(ANN))!.uploadedBytes === 2000)
  expect(await ann(1).getTrackerAccount({})).toMatchObject({ uploadedBytes: 2000, downloadedBytes: 20 })

  const next = await ann(1).renewTrackerKey({})
  await until('the old one is refused by all', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => announce(passkey, at)))
    return answers.every(answer => answer.includes('is private'))
  })
  for (let at = 21; at <= 30; at++) expect(await announce(next.passkey, at)).toContain('8:complete')
  await until(
    'what followed is counted',
    async () => (await stores.trackerKeys.totals(ANN))!.uploadedBytes === 3000,
  )
}

describe('passkeys of members', () => {
  test.skipIf(process.platform !== 'linux')('count over both processes of a machine', async () => {
    await using folder = await tempDir('hub')
    await using hub = await HubProcess.start(['--workers', '2', '--private-tracker', '--data', folder.path])
    await using stores = await openFileStores(folder.join('hub.db'))
    using database = new DatabaseSync(folder.join('hub.db'), { readOnly: true })
    await countEverywhere([hub], stores, () => database.prepare(COUNT_PEERS).get()!.peers)
  })

  test.skipIf(missing('redis-server', 'postgres', 'initdb', 'setpriv'))(
    'count over two machines',
    async () => {
      await using redis = await RedisServer.start()
      await using folder = await tempDir('hub')
      const postgres = await PostgresServer.start()
      try {
        const kept = ['--database', postgres.url, '--data', folder.path]
        const args = ['--redis', redis.url, '--private-tracker', ...kept]
        await using a = await HubProcess.start(args)
        await using b = await HubProcess.start(args)
        await using stores = await openServerStores({ url: postgres.url })
        await countEverywhere([a, b], stores, () =>
          postgres.query(COUNT_PEERS.replace('FROM ', 'FROM shoal.')),
        )
      } finally {
        await postgres.stop()
      }
    },
  )
})
