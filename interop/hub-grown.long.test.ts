/**
 * Complete hubs on PostgreSQL and Redis: moving there and back, and operation while one of the two
 * is down. The table in docs/hub.md has the same content.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listBackups } from '../packages/daemon/src/database/index.ts'
import { connectHub } from '../packages/hub-api/src/client.ts'
import { PostgresDatabase } from '../packages/hub-stores/src/database/postgres.ts'
import { SqliteDatabase } from '../packages/hub-stores/src/database/sqlite.ts'
import { ALL_TABLES } from '../packages/hub-stores/src/testing/all-tables.ts'
import { digest, fill } from '../packages/hub-stores/src/testing/moving-suite.ts'
import {
  openFileStores,
  openServerStores,
  type TestStores,
} from '../packages/hub-stores/src/testing/stores.ts'
import { filesBelow, type TempDir, tempDir } from './support/files.ts'
import { HubProcess } from './support/hub.ts'
import { PostgresServer } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { missing } from './support/tools.ts'

const PROGRAM = join(import.meta.dirname, '..', 'apps', 'hub', 'src', 'shoal-hub.ts')
const exec = promisify(execFile)
const command = (...args: string[]) => exec(process.execPath, [PROGRAM, ...args])
const keyOf = async ({ url }: HubProcess) => (await connectHub({ url }).getHub({})).key
/** Migrations that the next version could have. */
const MORE = 'CREATE TABLE more (\n    number INTEGER PRIMARY KEY\n  ) STRICT'
const NEXT = ALL_TABLES.map(owner =>
  owner.name === 'audit' ? { ...owner, migrations: [...owner.migrations, MORE] } : owner,
)

const status = async (hub: HubProcess, path: string, session?: string) =>
  (
    await fetch(hub.url + path, {
      headers: { connection: 'close', ...(session && { authorization: `Bearer ${session}` }) },
    })
  ).status

async function begin(stores: TestStores): Promise<string> {
  const did = `did:key:${createHash('sha256').update(String(performance.now())).digest('hex')}`
  await stores.accounts.create({ did })
  return (await stores.sessions.begin(did, { label: '', lifeMs: 3_600_000 })).secret
}

describe.skipIf(missing('postgres', 'initdb', 'setpriv', 'redis-server'))('a grown hub', () => {
  let server: PostgresServer
  let folder: TempDir

  beforeAll(async () => {
    server = await PostgresServer.start()
    folder = await tempDir('hub-grown')
  })
  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })

  test('comes from a data folder and goes back, with its key and everything else', async () => {
    const [home, away, back] = [folder.join('home'), folder.join('away'), folder.join('back')]
    let key: string
    {
      await using hub = await HubProcess.start(['--data', home])
      key = await keyOf(hub)
      await expect(command('move', '--from', home, '--to', server.url)).rejects.toMatchObject({
        stderr: expect.stringContaining('stop it first'),
      })
    }
    let before: string
    {
      await using stores = await openFileStores(join(home, 'hub.db'))
      await fill(stores)
      before = await digest(stores)
    }
    const { stdout } = await command('move', '--from', home, '--to', server.url)
    expect(stdout).toContain(`--key-file ${join(home, 'secrets.key')}`)
    const grown = ['--database', server.url, '--data', away]
    await expect(HubProcess.start(grown)).rejects.toThrow('78')
    {
      await using hub = await HubProcess.start([...grown, '--key-file', join(home, 'secrets.key')])
      expect(await keyOf(hub)).toBe(key)
      await expect(command('move', '--from', server.url, '--to', back)).rejects.toMatchObject({
        stderr: expect.stringContaining('stop it first'),
      })
    }
    await command('move', '--from', server.url, '--to', back, '--key-file', join(home, 'secrets.key'))
    {
      await using stores = await openFileStores(join(back, 'hub.db'))
      expect(await digest(stores)).toBe(before)
    }
    await using hub = await HubProcess.start(['--data', back])
    expect(await keyOf(hub)).toBe(key)
    await server.query('DROP SCHEMA shoal CASCADE')
  })

  test('runs on the tables of the next version, which backs up what it changes', async () => {
    const [data, backups] = [folder.join('old'), folder.join('backups')]
    await using files = await tempDir('hub-next')
    const grown = ['--database', server.url, '--data', data]
    for (const args of [grown, ['--data', files.path]]) {
      await using hub = await HubProcess.start(args)
      const key = await keyOf(hub)
      await mkdir(backups, { recursive: true })
      const next =
        args === grown
          ? await PostgresDatabase.open({ url: server.url, backupFolder: backups }, NEXT)
          : await SqliteDatabase.open(files.join('hub.db'), NEXT)
      await next.close()
      expect(await status(hub, '/ready')).toBe(200)
      await using second = await HubProcess.start(args)
      expect(await keyOf(second)).toBe(key)
    }
    expect(await filesBelow(backups)).toEqual([expect.stringContaining('hub-before-')])
    expect(listBackups(files.join('hub.db'))).toHaveLength(1)
    await server.query('DROP SCHEMA shoal CASCADE')
  })

  test('tracks while PostgreSQL is away, says so, and continues by itself', async () => {
    await using redis = await RedisServer.start()
    const args = ['--database', server.url, '--data', folder.join('data'), '--redis', redis.url]
    await using a = await HubProcess.start(args)
    await using b = await HubProcess.start(args)
    const key = await keyOf(a)
    expect(await keyOf(b)).toBe(key)
    let session: string
    {
      await using stores = await openServerStores({ url: server.url })
      session = await begin(stores)
    }
    // Any process serves any client.
    for (const hub of [a, b]) expect(await status(hub, '/api/hub', session)).toBe(200)
    await server.kill()
    for (const hub of [a, b]) {
      expect(await status(hub, '/ready')).toBe(503)
      expect(await hub.text('/ready')).toContain('the database does not answer')
      expect(await status(hub, '/health')).toBe(200)
      expect(await hub.announce(80)).toContain('8:complete')
      expect(await status(hub, '/api/hub')).toBe(200)
      // A member is not treated as a stranger if their session cannot be looked up.
      expect(await status(hub, '/api/hub', session)).toBe(503)
    }
    await server.restart()
    for (const hub of [a, b]) {
      await expect.poll(() => status(hub, '/ready')).toBe(200)
      expect(await status(hub, '/api/hub', session)).toBe(200)
    }
    // Without Redis each process continues alone.
    await redis.kill()
    for (const hub of [a, b]) {
      await expect.poll(() => hub.text('/health')).toContain('other processes cannot be reached')
      expect(await status(hub, '/ready')).toBe(200)
      expect(await hub.announce(81)).toContain('8:complete')
      expect(await status(hub, '/api/hub', session)).toBe(200)
    }
    // Both read the same database.
    await using stores = await openServerStores({ url: server.url })
    const later = await begin(stores)
    for (const hub of [a, b]) expect(await status(hub, '/api/hub', later)).toBe(200)
    await redis.start()
    for (const hub of [a, b]) await expect.poll(() => hub.text('/health')).toBe('ok\n')
  })
})
