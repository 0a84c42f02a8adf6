import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { KeyPair } from '@shoal/identity'
import { expect, onTestFinished, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwnersOf } from '../run-node.ts'
import { BlockedPublishers } from './blocked.ts'
import { PEOPLE } from './capability.ts'

test('publishers are blocked over a restart until they are unblocked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-blocked-'))
  const database = await Database.open(join(folder, 'catalogue.db'), tableOwnersOf([PEOPLE]), CATALOGUE)
  onTestFinished(async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })
  const [one, two] = [KeyPair.generate(), KeyPair.generate()]
  let blocked = new BlockedPublishers(database)
  let changes = 0
  blocked.onChanged(() => changes++)
  expect(blocked.has(one.publicKey)).toBe(false)
  blocked.add({ did: one.did, note: 'Some film', blockedMs: 1 })
  blocked.add({ did: two.did, note: null, blockedMs: 2 })
  blocked = new BlockedPublishers(database)
  expect([one, two].map(({ publicKey }) => blocked.has(publicKey))).toEqual([true, true])
  expect(blocked.list()).toEqual([
    { did: two.did, note: null, blockedMs: 2 },
    { did: one.did, note: 'Some film', blockedMs: 1 },
  ])
  blocked.remove(one.did)
  expect([one, two].map(({ did }) => blocked.hasDid(did))).toEqual([false, true])
  expect(() => blocked.remove(one.did)).toThrow(expect.objectContaining({ code: 'not-found', field: 'did' }))
  expect(() => blocked.add({ did: 'did:key:z6Mkbad', note: null, blockedMs: 3 })).toThrow(
    expect.objectContaining({ code: 'bad-argument', field: 'did' }),
  )
  expect(changes).toBe(2)
})
