import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha1, sha256 } from '#crypto'
import { createResumeStore } from '#resume-store'
import { hex } from '../base/bytes.ts'
import { encode } from '../bencode/bencode.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from './resume-store.ts'
import { listFiles, temporaryFolder } from './temporary.node.ts'

let folder: ReturnType<typeof temporaryFolder>
let directory: string
beforeEach(() => {
  folder = temporaryFolder()
  directory = join(folder.path, 'state')
})
afterEach(() => folder.remove())

const info = encode({ name: 'x', length: 1 })
const metainfo = encode({ info: { name: 'x', length: 1 }, comment: 'kept whole' })
const v1 = hex(sha1(info))
const v2 = hex(sha256(info))

function progress(changes: Partial<ResumeProgress> = {}): ResumeProgress {
  return {
    directory: '/x',
    paused: false,
    sequential: false,
    addedMs: 1,
    downloadedBytes: 2,
    uploadedBytes: 3,
    had: Uint8Array.of(0x80),
    stamps: [{ size: 1, mtimeNs: '2' }],
    priorities: null,
    renamed: new Map(),
    trackers: [],
    webSeeds: [],
    ...changes,
  }
}

async function loadAll(store: ResumeStore): Promise<ResumeEntry[]> {
  const entries: ResumeEntry[] = []
  for await (const entry of store.load()) entries.push(entry)
  return entries
}

test('an empty or missing folder has nothing', async () => {
  expect(await loadAll(createResumeStore(directory))).toEqual([])
})

test('the next session finds what was saved, by either kind of info hash', async () => {
  const store = createResumeStore(directory)
  await Promise.all([store.saveMetainfo(v1, metainfo), store.save(v1, progress())])
  await Promise.all([
    store.saveMetainfo(v2, metainfo),
    store.save(v2, progress({ had: null, magnet: 'magnet:?' })),
  ])
  await store.close()
  const entries = await loadAll(createResumeStore(directory))
  expect(entries).toHaveLength(2)
  expect(entries.find(entry => entry.key === v1)).toEqual({
    key: v1,
    metainfo,
    progress: progress(),
    problems: [],
  })
  expect(entries.find(entry => entry.key === v2)?.progress).toEqual(
    progress({ had: null, magnet: 'magnet:?' }),
  )
  if (process.platform !== 'win32')
    expect(fs.statSync(join(directory, `${v1}.resume`)).mode & 0o777).toBe(0o600)
})

test('saves that overtake each other leave the last, and all resolve', async () => {
  const store = createResumeStore(directory)
  await Promise.all(Array.from({ length: 100 }, (_, i) => store.save(v1, progress({ uploadedBytes: i }))))
  expect((await loadAll(store))[0]!.progress!.uploadedBytes).toBe(99)
  expect(listFiles(directory)).toEqual([`${v1}.resume`])
})

test('a deleted torrent is gone, also when it was just being saved', async () => {
  const store = createResumeStore(directory)
  await store.saveMetainfo(v1, metainfo)
  const saves = [store.save(v1, progress()), store.saveMetainfo(v1, metainfo)]
  await store.delete(v1)
  await Promise.all(saves)
  expect(listFiles(directory)).toEqual([])
  await store.delete(v2)
})

test('torn, foreign and unknown files are ignored, with the reason, and the rest is loaded', async () => {
  const store = createResumeStore(directory)
  for (const key of [v1, v2])
    await Promise.all([store.saveMetainfo(key, metainfo), store.save(key, progress())])
  const other = 'ee'.repeat(20)
  fs.copyFileSync(join(directory, `${v1}.torrent`), join(directory, `${other}.torrent`))
  fs.copyFileSync(join(directory, `${v1}.resume`), join(directory, `${other}.resume`))
  fs.truncateSync(join(directory, `${v2}.resume`), 60)
  fs.truncateSync(join(directory, `${v2}.torrent`), 20)
  fs.writeFileSync(join(directory, `${v1}.resume.new`), 'left over')
  fs.writeFileSync(join(directory, 'notes.txt'), 'mine')
  fs.mkdirSync(join(directory, `${'dd'.repeat(20)}.resume`))
  const entries = new Map((await loadAll(store)).map(entry => [entry.key, entry]))
  expect(entries.size).toBe(4)
  expect(entries.get(v1)).toMatchObject({ progress: progress(), problems: [] })
  expect(entries.get(v2)).toMatchObject({ metainfo: null, progress: null })
  expect(entries.get(v2)!.problems.join()).toMatch(/\.torrent: .*\.resume: .*incomplete/)
  expect(entries.get(other)!.problems.join()).toMatch(/of another torrent.*belongs to another torrent/)
  expect(entries.get('dd'.repeat(20))).toMatchObject({ progress: null, problems: [expect.any(String)] })
})

test('a key that is none is refused before it becomes a path', async () => {
  const store = createResumeStore(directory)
  for (const key of ['', '../x', v1.toUpperCase(), `${v1}/..`, 'a'.repeat(41)]) {
    await expect(store.save(key, progress())).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(store.saveMetainfo(key, metainfo)).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(store.delete(key)).rejects.toMatchObject({ code: 'bad-argument' })
  }
})

test('a folder that cannot be made is reported to each save, and later ones try again', async () => {
  fs.writeFileSync(directory, 'in the way')
  const store = createResumeStore(directory)
  const saves = await Promise.allSettled([store.save(v1, progress()), store.save(v2, progress())])
  for (const save of saves) expect(save).toMatchObject({ status: 'rejected', reason: { name: 'ShoalError' } })
  fs.unlinkSync(directory)
  await store.save(v1, progress())
  expect(listFiles(directory)).toEqual([`${v1}.resume`])
})

test('close waits for what was asked, then nothing more is taken', async () => {
  const store = createResumeStore(directory)
  const save = store.save(v1, progress())
  await store.close()
  expect(listFiles(directory)).toEqual([`${v1}.resume`])
  await save
  await expect(store.save(v1, progress())).rejects.toMatchObject({ code: 'closed' })
})

test('loading stops when it is told to', async () => {
  const store = createResumeStore(directory)
  await store.save(v1, progress())
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  await expect(store.load({ signal: stop.signal })[Symbol.asyncIterator]().next()).rejects.toThrow('enough')
})

test('a note is there in the next session, and is no torrent', async () => {
  const store = createResumeStore(directory)
  expect(await store.loadNote('dht')).toBeNull()
  await store.saveNote('dht', Uint8Array.of(1))
  await store.saveNote('dht', Uint8Array.of(2, 3))
  await store.close()
  const next = createResumeStore(directory)
  expect(await next.loadNote('dht')).toEqual(Uint8Array.of(2, 3))
  expect(await loadAll(next)).toEqual([])
  await expect(next.saveNote('../dht', Uint8Array.of(1))).rejects.toMatchObject({ code: 'bad-argument' })
  await expect(next.loadNote('../dht')).rejects.toMatchObject({ code: 'bad-argument' })
})
