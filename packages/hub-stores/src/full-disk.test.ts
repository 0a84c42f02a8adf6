/** Members can read while the disk is full. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from './database/database.ts'
import { StoreError } from './store-error.ts'
import { person } from './testing/person.ts'
import { openFileStores, TestStores } from './testing/stores.ts'

const HOUR_MS = 3_600_000

test('sessions are valid and inboxes open while nothing can be noted about them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-stores-'))
  let now = 1_800_000_000_000
  const stores = await openFileStores(join(folder, 'hub.db'), { now: () => now })
  onTestFinished(async () => {
    await stores.close()
    await rm(folder, { recursive: true })
  })
  let error = new StoreError('no-space', 'the disk is full')
  const inner = stores.database
  const database: Database = {
    read: statements => inner.read(statements),
    snapshot: tables => inner.snapshot(tables),
    write: () => Promise.reject(error),
    close: () => inner.close(),
  }
  const full = new TestStores(database, { now: () => now })
  const { did } = person()
  await stores.accounts.create({ did })
  const { secret, session } = await stores.sessions.begin(did, { label: '', lifeMs: 200 * HOUR_MS })
  const device = new Uint8Array(32).fill(1)
  await stores.inboxes.open(device)
  now += 100 * HOUR_MS
  expect(await full.sessions.use(secret)).toMatchObject({ session: { id: session.id }, account: { did } })
  expect(await full.sessions.renew(secret, { lifeMs: 200 * HOUR_MS, mostMs: 1000 * HOUR_MS })).toBeNull()
  await full.inboxes.open(device)
  // Another one has no inbox yet.
  await expect(full.inboxes.open(new Uint8Array(32))).rejects.toBe(error)
  error = new StoreError('io', 'the disk is broken')
  await expect(full.sessions.use(secret)).rejects.toBe(error)
  await expect(full.inboxes.open(device)).rejects.toBe(error)
})
