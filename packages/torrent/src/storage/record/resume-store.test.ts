import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createResumeStore } from '#resume-store'
import { listFiles, temporaryFolder } from '../temporary.node.ts'
import { keptMetainfo, keptV1, keptV2, loadAll, testProgress, testResumeStore } from './resume-store-suite.ts'

testResumeStore('resume data in a folder', async () => {
  const folder = temporaryFolder()
  const directory = join(folder.path, 'state')
  const damage = async (name: string) => {
    const bytes = fs.readFileSync(join(directory, name))
    bytes[bytes.length >> 1]! ^= 1
    fs.writeFileSync(join(directory, name), bytes)
  }
  return {
    open: async () => createResumeStore(directory),
    damageProgress: key => damage(`${key}.resume`),
    damageMetainfo: key => damage(`${key}.torrent`),
    cleanUp: async () => folder.remove(),
  }
})

describe('the folder of resume data', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let directory: string
  beforeEach(() => {
    folder = temporaryFolder()
    directory = join(folder.path, 'state')
  })
  afterEach(() => folder.remove())

  test('has files readable only by the owner, and no temporary files', async () => {
    const store = createResumeStore(directory)
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.save(keptV1, testProgress({ addedMs: i }))))
    expect(listFiles(directory)).toEqual([`${keptV1}.resume`])
    if (process.platform !== 'win32')
      expect(fs.statSync(join(directory, `${keptV1}.resume`)).mode & 0o777).toBe(0o600)
    await store.delete(keptV1)
    expect(listFiles(directory)).toEqual([])
  })

  test('ignores damaged, foreign and unknown files and reports problems', async () => {
    const store = createResumeStore(directory)
    for (const key of [keptV1, keptV2])
      await Promise.all([store.saveMetainfo(key, keptMetainfo), store.save(key, testProgress())])
    const other = 'ee'.repeat(20)
    fs.copyFileSync(join(directory, `${keptV1}.torrent`), join(directory, `${other}.torrent`))
    fs.copyFileSync(join(directory, `${keptV1}.resume`), join(directory, `${other}.resume`))
    fs.truncateSync(join(directory, `${keptV2}.resume`), 60)
    fs.truncateSync(join(directory, `${keptV2}.torrent`), 20)
    fs.writeFileSync(join(directory, `${keptV1}.resume.new`), 'left over')
    fs.writeFileSync(join(directory, 'notes.txt'), 'mine')
    fs.mkdirSync(join(directory, `${'dd'.repeat(20)}.resume`))
    const entries = await loadAll(store)
    expect(entries.size).toBe(4)
    expect(entries.get(keptV1)).toMatchObject({ progress: testProgress(), problems: [] })
    expect(entries.get(keptV2)).toMatchObject({ metainfo: null, progress: null })
    expect(entries.get(keptV2)!.problems.join()).toMatch(/\.torrent: .*\.resume: .*damaged/)
    expect(entries.get(other)!.problems.join()).toMatch(
      /belongs to another torrent.*belongs to another torrent/,
    )
    const unreadable = entries.get('dd'.repeat(20))
    expect(unreadable).toMatchObject({ progress: null, problems: [expect.any(String)] })
  })

  test('that cannot be created fails each save, and later saves retry', async () => {
    fs.writeFileSync(directory, 'in the way')
    const store = createResumeStore(directory)
    const saves = await Promise.allSettled([
      store.save(keptV1, testProgress()),
      store.save(keptV2, testProgress()),
    ])
    for (const save of saves)
      expect(save).toMatchObject({ status: 'rejected', reason: { name: 'ShoalError' } })
    fs.unlinkSync(directory)
    await store.save(keptV1, testProgress())
    expect(listFiles(directory)).toEqual([`${keptV1}.resume`])
  })
})
