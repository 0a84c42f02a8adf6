import { expect, test } from 'vitest'
import { ShoalError } from '../../base/errors.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { infoHashText } from '../../metainfo/info-hash.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import type { ResumeProgress, ResumeStore } from '../../storage/record/resume-store.ts'
import { testTorrent } from '../../swarm/testing/test-torrent.ts'
import { Content } from './content.ts'
import type { TorrentOrigin, TorrentPlace } from './origin.ts'
import { Recorder } from './recorder.ts'
import { TorrentData } from './torrent-data.ts'

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
  const data = new TorrentData(new VirtualClock(), origin(metainfo), PLACE, () => {})
  data.content = content
  const recorder = new Recorder({
    store,
    data,
    events: () => ({
      saveUnfinished: async () => {},
      onStorageFault: error => errors.push(error),
      onFilesChanged: () => log.push('changed'),
      onFlushError: fault => errors.push(fault),
      log: line => errors.push(line),
    }),
  })
  return { recorder, log, saved, content, disk, errors }
}

const PLACE: TorrentPlace = {
  directory: '/x',
  memory: false,
  trusted: false,
  sequential: false,
  superSeeding: false,
  firstLastFirst: false,
  preallocate: false,
  limits: undefined,
  progress: null,
}

function origin(metainfo: Metainfo): TorrentOrigin {
  const { infoHashes, name } = metainfo.info
  return { infoHashes, name, metainfo, trackers: [], webSeeds: [], peers: [], select: undefined }
}

test('flushes bytes before it writes the note that lists them', async () => {
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

test('records that a torrent was added without its content, which follows', async () => {
  const { recorder, log, saved, content } = await setup()
  content.have.set(3)
  recorder.touch()
  const recording = recorder.recordAdded()
  // Both are requested at once, so that a database can write them as one.
  expect(log).toEqual(['metainfo', 'save'])
  await recording
  expect(saved[0]).toMatchObject({ had: null, stamps: [] })
  recorder.tick(0)
  await recorder.record()
  expect(log).toEqual(['metainfo', 'save', 'flush', 'save'])
  expect(saved[1]!.had).toEqual(Uint8Array.of(0b00010000))
})

test('rejects when an added torrent cannot be recorded, and the next record is complete', async () => {
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

test('stops the torrent when a flush fails, and records nothing afterwards that the flush may have lost', async () => {
  const { recorder, saved, content, errors } = await setup()
  const { flush } = content.storage
  content.have.set(1)
  content.storage.flush = async () => {
    throw new ShoalError('io', 'cannot use /x: EIO: check the disk')
  }
  recorder.touch()
  await expect(recorder.record()).rejects.toThrow('check the disk')
  expect(errors).toMatchObject([{ code: 'io', message: /may be lost: resume writes or fetches them again/ }])
  // As the torrent does when it is notified.
  content.isChecked = false
  content.storage.flush = flush
  await recorder.record()
  expect(saved).toMatchObject([{ had: null, stamps: [] }])
})

test('leaves a piece that arrives during a record to the next record', async () => {
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

test('writes nothing if nothing changed, and at most every two seconds otherwise', async () => {
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

test('writes totals alone once a minute, and on request', async () => {
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

test('reports a record that failed and tries again', async () => {
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

test('writes nothing after stop, so that a deleted record stays deleted', async () => {
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
