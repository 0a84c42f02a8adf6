import { Database } from '@shoal/daemon/database'
import { testResumeStore } from '@shoal/torrent/testing'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../kernel/database/catalogue-kind.ts'
import { tableOwners } from '../../table-owners.ts'
import { collect, temporaryCatalogue, testInfoHash } from '../../testing/temporary-catalogue.ts'

testResumeStore('resume data in the catalogue', async () => {
  const place = await temporaryCatalogue()
  // The table is changed from outside; a damaged page of the file is a different case.
  const damage = async (table: string, column: string, key: string) => {
    await place.catalogue.close()
    const database = await Database.open(place.path, tableOwners(), CATALOGUE)
    const found = database.prepare<{ bytes: Uint8Array }>(
      `SELECT ${column} AS bytes FROM ${table} WHERE key = ?`,
    )
    const bytes = found.get(key)!.bytes
    bytes[bytes.length >> 1]! ^= 1
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE key = ?`).run(bytes, key)
    await database.close()
  }
  return {
    open: async () => (await place.reopen()).resumeStore(),
    damageProgress: key => damage('resume_progress', 'record', key),
    damageMetainfo: key => damage('resume_metainfo', 'metainfo', key),
    cleanUp: () => place.remove(),
  }
})

describe('the catalogue’s resume data', () => {
  test('of thousands of torrents saved at once is complete in the next run', async () => {
    const place = await temporaryCatalogue()
    try {
      const store = place.catalogue.resumeStore()
      const keys = Array.from({ length: 5000 }, (_, i) => testInfoHash(i))
      await Promise.all(keys.map((key, i) => store.save(key, progress(i))))
      await store.close()
      const next = (await place.reopen()).resumeStore()
      const entries = await collect(next.load())
      expect(entries.map(entry => entry.key)).toEqual(keys)
      expect(entries.map(entry => entry.progress!.downloadedBytes)).toEqual(keys.map((_, i) => i))
      await next.close()
    } finally {
      await place.remove()
    }
  })

  test('cannot be written once the catalogue is closed', async () => {
    const place = await temporaryCatalogue()
    const store = place.catalogue.resumeStore()
    await place.catalogue.close()
    await expect(store.save(testInfoHash(1), progress(1))).rejects.toMatchObject({ code: 'closed' })
    await place.remove()
  })
})

function progress(downloadedBytes: number) {
  return {
    directory: '/x',
    paused: false,
    sequential: false,
    addedMs: 1,
    downloadedBytes,
    uploadedBytes: 0,
    had: new Uint8Array(100),
    stamps: [{ size: 1, mtimeNs: '2' }],
    priorities: null,
    renamed: new Map(),
    trackers: [],
    webSeeds: [],
  }
}
