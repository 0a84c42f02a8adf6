import { expect, test } from 'vitest'
import { ShoalError } from '../base/errors.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { createMemoryStorage } from '../storage/memory-storage.ts'
import type { ResumeProgress, ResumeStore } from '../storage/resume-store.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { Content } from './content.ts'
import { Recorder, type RecorderHost } from './recorder.ts'

/** A recorder, and all that it does in order. */
async function setup() {
  const { metainfo, layout } = await testTorrent({ pieces: 8 })
  const log: string[] = []
  const saved: ResumeProgress[] = []
  const storage = createMemoryStorage(layout)
  storage.flush = async () => {
    log.push('flush')
  }
  storage.stamps = async () => layout.files.map(({ lengthBytes }) => ({ size: lengthBytes, mtimeNs: '1' }))
  const content = new Content(metainfo, layout, storage)
  content.isChecked = true
  const disk = { full: false }
  const store: ResumeStore = {
    async *load() {},
    async saveMetainfo() {
      log.push('metainfo')
    },
    async save(key, progress) {
      expect(key).toBe(infoHashText(metainfo.info.infoHashes))
      if (disk.full) throw new ShoalError('no-space', 'no space left on /state')
      log.push('save')
      saved.push(progress)
    },
    async delete() {
      log.push('delete')
    },
    loadNote: async () => null,
    async saveNote() {},
    async close() {},
  }
  const errors: unknown[] = []
  const host: RecorderHost = {
    infoHashes: metainfo.info.infoHashes,
    content,
    recorded: null,
    recordedState: () => ({
      directory: '/x',
      paused: false,
      sequential: false,
      addedMs: 1,
      downloadedBytes: 2,
      uploadedBytes: 3,
      renamed: new Map(),
      trackers: [],
      webSeeds: [],
    }),
    saveUnfinished: async () => {},
    onRecordError: error => errors.push(error),
    onStorageFault: error => errors.push(error),
    onFlushFault: error => errors.push(error),
  }
  return { recorder: new Recorder(store, host, false), log, saved, content, disk, errors }
}

test('bytes are safe before the note that says so is written', async () => {
  const { recorder, log, saved, content } = await setup()
  content.have.set(3)
  recorder.touch()
  await recorder.record()
  expect(log).toEqual(['flush', 'metainfo', 'save'])
  expect(saved[0]!.had).toEqual(Uint8Array.of(0b00010000))
  // The metainfo is saved once.
  recorder.touch()
  await recorder.record()
  expect(log).toEqual(['flush', 'metainfo', 'save', 'flush', 'save'])
})

test('that a torrent was added is safe without a word about its content, which follows', async () => {
  const { recorder, log, saved, content } = await setup()
  content.have.set(3)
  recorder.touch()
  const recording = recorder.recordAdded()
  // Both are asked for at once, so that a database can write them as one.
  expect(log).toEqual(['metainfo', 'save'])
  await recording
  expect(saved[0]).toMatchObject({ had: null, stamps: [] })
  recorder.tick(0)
  await recorder.record()
  expect(log).toEqual(['metainfo', 'save', 'flush', 'save'])
  expect(saved[1]!.had).toEqual(Uint8Array.of(0b00010000))
})

test('who adds a torrent is told when that cannot be recorded, and the next record has all of it', async () => {
  const { recorder, log, saved, content, disk } = await setup()
  content.isChecked = false
  recorder.touch()
  disk.full = true
  await expect(recorder.recordAdded()).rejects.toMatchObject({ code: 'no-space' })
  disk.full = false
  await recorder.record()
  expect(saved).toHaveLength(1)
  expect(log.at(-1)).toBe('save')
})

test('a flush that fails stops the torrent, and a later one that succeeds records nothing that it may have lost', async () => {
  const { recorder, saved, content, errors } = await setup()
  const { flush } = content.storage
  content.have.set(1)
  content.storage.flush = async () => {
    throw new ShoalError('io', 'cannot use /x: EIO: check the disk')
  }
  recorder.touch()
  await expect(recorder.record()).rejects.toThrow('check the disk')
  expect(errors).toMatchObject([{ code: 'io', message: /may be lost: resume writes or fetches it again/ }])
  // As the torrent does when it hears of it.
  content.isChecked = false
  content.storage.flush = flush
  await recorder.record()
  expect(saved).toMatchObject([{ had: null, stamps: [] }])
})

test('a piece that comes while the record is written is in the next one only', async () => {
  const { recorder, saved, content } = await setup()
  const { flush } = content.storage
  content.storage.flush = async () => {
    content.have.set(1)
    recorder.touch()
    await flush()
  }
  recorder.touch()
  await recorder.record()
  await recorder.record()
  expect(saved.map(({ had }) => had![0])).toEqual([0, 0b01000000])
})

test('nothing is written when nothing changed, and every two seconds at most when it did', async () => {
  const { recorder, saved } = await setup()
  recorder.tick(0)
  await recorder.record()
  expect(saved).toHaveLength(0)
  for (let now = 0; now <= 10_000; now += 500) {
    recorder.touch()
    recorder.tick(now)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(saved).toHaveLength(6)
})

test('totals alone are written once a minute, and when it is asked for', async () => {
  const { recorder, saved } = await setup()
  for (let now = 0; now <= 120_000; now += 1000) {
    recorder.touchTotals()
    recorder.tick(now)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(saved).toHaveLength(3)
  recorder.touchTotals()
  await recorder.record()
  expect(saved).toHaveLength(4)
})

test('a record that failed is told of, and tried again', async () => {
  const { recorder, saved, disk, errors } = await setup()
  disk.full = true
  recorder.touch()
  recorder.tick(0)
  await expect.poll(() => errors.length).toBe(1)
  await expect(recorder.record()).rejects.toMatchObject({ code: 'no-space' })
  disk.full = false
  await recorder.record()
  expect(saved).toHaveLength(1)
})

test('after stop nothing is written, so that what was deleted stays deleted', async () => {
  const { recorder, log } = await setup()
  recorder.touch()
  const writing = recorder.record()
  await recorder.stop()
  await recorder.forget()
  await writing
  recorder.touch()
  await recorder.record()
  expect(log.at(-1)).toBe('delete')
})
