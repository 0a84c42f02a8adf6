/** Tests facets of torrents through the operations that set and show them. */
import { DatabaseSync } from 'node:sqlite'
import { migrate, type TableOwner } from '@shoal/daemon/database'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CAPABILITIES } from '../../capabilities.ts'
import { CATALOGUE } from '../../kernel/database/catalogue-kind.ts'
import { SEEDING } from '../../seeding/capability.ts'
import { tableOwners } from '../../table-owners.ts'
import { nodeForTest } from '../../testing/for-test.ts'
import { type TestNode, testNode } from '../../testing/test-node.ts'
import { torrentFile } from '../../testing/torrent-file.ts'

const LIMITS = { ratioLimit: 2, seedingTimeLimitMinutes: 90 }
const NONE = { ratioLimit: null, seedingTimeLimitMinutes: null }

const add = async (node: TestNode, name: string, more = {}) => {
  const { bytes } = await torrentFile(name)
  const torrent = Buffer.from(bytes).toString('base64')
  return (await node.operations.addTorrent({ torrent, paused: true, ...more })).torrent!.id
}
const limitsOf = (node: TestNode, id: string) => node.operations.getTorrent({ id })
const stored = ({ kernel: { database } }: TestNode) =>
  database.prepare('SELECT ratio_limit AS ratio FROM seeding_limits ORDER BY id').all()

describe('seeding limits of a torrent', () => {
  test('are given when it is added, change, and outlast a restart', async () => {
    const node = await nodeForTest()
    const id = await add(node, 'a', LIMITS)
    const other = await add(node, 'b')
    expect(await limitsOf(node, id)).toMatchObject(LIMITS)
    expect(await limitsOf(node, other)).toMatchObject(NONE)
    await node.operations.updateTorrent({ id, ratioLimit: 0 })
    await node.operations.updateTorrents({ ids: [other], seedingTimeLimitMinutes: 5 })
    const again = await node.restart()
    expect(await limitsOf(again, id)).toMatchObject({ ...LIMITS, ratioLimit: 0 })
    expect(await limitsOf(again, other)).toMatchObject({ ...NONE, seedingTimeLimitMinutes: 5 })
    await again.operations.updateTorrents({ ids: 'all', ...NONE })
    expect(await limitsOf(again, id)).toMatchObject(NONE)
    expect(stored(again)).toEqual([])
  })

  test('come back with a removed torrent that is restored, begin again with one that is added, and end with it', async () => {
    const node = await nodeForTest()
    const id = await add(node, 'a', LIMITS)
    const act = (action: 'remove' | 'restore', undo = true) =>
      node.operations.actOnTorrents({ ids: [id], action, undo })
    await act('remove')
    await act('restore')
    expect(await limitsOf(node, id)).toMatchObject(LIMITS)
    await act('remove')
    await add(node, 'a', { ratioLimit: 3 })
    expect(await limitsOf(node, id)).toMatchObject({ ...NONE, ratioLimit: 3 })
    await act('remove', false)
    expect(stored(node)).toEqual([])
  })

  test('of a torrent that could not be stored are those of no other', async () => {
    const node = await nodeForTest()
    const { database } = node.kernel
    const refuse = "BEFORE INSERT ON seeding_limits BEGIN SELECT RAISE(ABORT, 'refused'); END"
    database.prepare(`CREATE TRIGGER refuse ${refuse}`).run()
    await expect(add(node, 'a', LIMITS)).rejects.toThrow('refused')
    database.prepare('DROP TRIGGER refuse').run()
    const next = await add(node, 'b')
    expect(await limitsOf(node, next)).toMatchObject(NONE)
    const later = await add(node, 'a', { ratioLimit: 3 })
    const again = await node.restart()
    expect(await limitsOf(again, next)).toMatchObject({ ...NONE, name: 'b' })
    expect(await limitsOf(again, later)).toMatchObject({ ...NONE, name: 'a', ratioLimit: 3 })
  })

  test('stay as they were if a change could not be stored', async () => {
    const node = await nodeForTest()
    const id = await add(node, 'a', LIMITS)
    const { database } = node.kernel
    const refuse = "BEFORE INSERT ON seeding_limits BEGIN SELECT RAISE(ABORT, 'refused'); END"
    database.prepare(`CREATE TRIGGER refuse ${refuse}`).run()
    const change = { id, ratioLimit: 5, tags: ['x'] }
    await expect(node.operations.updateTorrent(change)).rejects.toThrow('refused')
    expect(await limitsOf(node, id)).toMatchObject({ ...LIMITS, tags: [] })
  })
})

test('a node without a capability answers the first values of its facet, and refuses others', async () => {
  const node = await testNode(
    undefined,
    {},
    {},
    CAPABILITIES.filter(each => each !== SEEDING),
  )
  onTestFinished(() => node.end())
  const id = await add(node, 'a', NONE)
  expect(await limitsOf(node, id)).toMatchObject(SEEDING.contract.facets.torrent.none)
  const unsupported = {
    code: 'unsupported',
    message: expect.stringMatching(/^The option ratioLimit is not available/),
  }
  await expect(add(node, 'b', LIMITS)).rejects.toMatchObject(unsupported)
  const change = { label: 'films', ratioLimit: 1 }
  await expect(node.operations.updateTorrent({ id, ...change })).rejects.toMatchObject(unsupported)
  expect(await limitsOf(node, id)).toMatchObject({ ...NONE, label: null })
  await node.operations.updateTorrent({ id, label: 'films', ratioLimit: null })
  expect(await limitsOf(node, id)).toMatchObject({ ...NONE, label: 'films' })
  expect((await node.operations.getNode({})).capabilities).not.toContain('seeding')
})

/** The owners of tables before facets had their own tables. */
function formerOwners(): TableOwner[] {
  const had: Readonly<Record<string, number>> = { torrents: 2, network: 1, seeding: 0, completion: 0 }
  return tableOwners().map(({ name, migrations }) => ({
    name,
    migrations: migrations.slice(0, had[name] ?? migrations.length),
  }))
}

test.each([
  ['at once', []],
  ['later, when a capability is back', ['network', 'seeding', 'completion']],
] as const)('what the table of torrents had moves to the tables of capabilities: %s', (_, late) => {
  const sqlite = new DatabaseSync(':memory:')
  onTestFinished(() => sqlite.close())
  const bring = (owners: readonly TableOwner[]) => migrate(sqlite, 'a file', owners, CATALOGUE)
  bring(formerOwners())
  const insert = sqlite.prepare(
    "INSERT INTO torrents (info_hash_v1, name, directory, added_ms, published, completion_settled, ratio_limit, seeding_time_limit_minutes) VALUES (?, 'a', '/', 1, ?, ?, ?, ?)",
  )
  const rows = [
    [1, 1, 2.5, null],
    [0, 0, null, null],
    [0, 1, null, 90],
    [1, 0, 0, 0],
    [1, 1, 1, 1],
  ] as const
  for (const [at, row] of rows.entries()) insert.run(String(at).repeat(40), ...row)
  const isLate = (name: string) => late.some(each => each === name)
  bring(tableOwners().filter(({ name }) => !isLate(name)))
  // A torrent that is deleted in between takes its rows along.
  sqlite.exec('PRAGMA foreign_keys = ON; DELETE FROM torrents WHERE id = 5')
  bring(tableOwners())
  const all = (sql: string) =>
    sqlite
      .prepare(sql)
      .all()
      .map(row => Object.values(row))
  expect(all('SELECT * FROM published_torrents')).toEqual([[1], [4]])
  expect(all('SELECT * FROM settled_completions')).toEqual([[1], [3]])
  expect(all('SELECT * FROM seeding_limits')).toEqual([
    [1, 2.5, null],
    [3, null, 90],
    [4, 0, 0],
  ])
  expect(all('SELECT count(*) FROM torrents')).toEqual([[4]])
})
