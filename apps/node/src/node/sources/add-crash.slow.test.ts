import type { DatabaseSync } from 'node:sqlite'
import { parseMetainfo } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { afterEachCrash } from '../testing/crashes.ts'
import { nodeForTest } from '../testing/for-test.ts'
import { torrentFile } from '../testing/torrent-file.ts'

const count = (sqlite: DatabaseSync, table: string) =>
  (sqlite.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count

test('a crash at any moment leaves a torrent with all its options, or none', async () => {
  const node = await nodeForTest()
  const { bytes } = await torrentFile('a.bin')
  const { id } = await torrentFile('b.bin')
  await node.torrents.add(parseMetainfo(bytes), { label: 'films', tags: ['x'], paused: true })
  await node.torrents.add(id, { label: 'films', tags: [], paused: true })
  const seen = afterEachCrash(node.catalogue.path, sqlite => ({
    rows: count(sqlite, 'torrents'),
    labelled: count(sqlite, "torrents JOIN labels ON label_id = labels.id AND labels.name = 'films'"),
    progress: count(sqlite, 'resume_progress'),
    // A magnet link has no content.
    metainfo: count(sqlite, 'resume_metainfo') + Math.max(0, count(sqlite, 'resume_progress') - 1),
  }))
  for (const { rows, ...parts } of seen)
    expect(parts).toEqual({ labelled: rows, progress: rows, metainfo: rows })
  // After the response, both are stored, even if the node is killed immediately.
  expect(seen.at(-1)!.rows).toBe(2)
})
