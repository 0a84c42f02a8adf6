import { afterEach, describe, expect, test } from 'vitest'
import { sha1, sha256 } from '#crypto'
import { hex } from '../../base/bytes.ts'
import { encode } from '../../bencode/bencode.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from './resume-store.ts'

/** A place for resume data, and its cleanup. */
export interface ResumePlaceUnderTest {
  /**
   * Opens a store in this place, as the next run of a session would. The previous store is closed.
   */
  open(): Promise<ResumeStore>
  /** Changes a byte in the middle of a torrent's saved progress, as a failing disk would. */
  damageProgress(key: string): Promise<void>
  /** Does the same to its metainfo. */
  damageMetainfo(key: string): Promise<void>
  cleanUp(): Promise<void>
}

const info = encode({ name: 'x', length: 1 })
/** A `.torrent` with both hashes below. */
export const keptMetainfo: Uint8Array = encode({ info: { name: 'x', length: 1 }, comment: 'kept whole' })
export const keptV1: string = hex(sha1(info))
export const keptV2: string = hex(sha256(info))

/** Progress of a new torrent, with changes. */
export function testProgress(changes: Partial<ResumeProgress> = {}): ResumeProgress {
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

/** Progress with all fields set. */
function fullProgress(): ResumeProgress {
  return testProgress({
    directory: '/größe',
    paused: true,
    sequential: true,
    firstLastFirst: true,
    preallocate: true,
    downloadLimit: 1000,
    uploadLimit: 2000,
    unfinished: new Map([[1, Uint8Array.of(0xc0)]]),
    priorities: Uint8Array.of(0, 4, 7),
    renamed: new Map([[1, ['folder', 'name']]]),
    trackers: ['udp://tracker.example:1'],
    webSeeds: ['https://seed.example/'],
    moving: { directory: '/elsewhere', renamed: new Map([[0, ['other', 'name']]]) },
    trackerTiers: [['udp://tracker.example:1', 'http://tracker.example/announce'], ['udp://other.example:1']],
    ownWebSeeds: true,
    peers: ['192.0.2.7:6881', 'peer.example:1'],
    contentLayout: 'subfolder',
  })
}

/** All entries of a store, by key. */
export async function loadAll(store: ResumeStore): Promise<Map<string, ResumeEntry>> {
  const entries = new Map<string, ResumeEntry>()
  for await (const entry of store.load()) entries.set(entry.key, entry)
  return entries
}

/** The compliance suite that every resume store must pass. */
export function testResumeStore(name: string, create: () => Promise<ResumePlaceUnderTest>): void {
  describe(name, () => {
    const undo: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const step of undo.splice(0).reverse()) await step()
    })

    async function place(): Promise<ResumePlaceUnderTest> {
      const made = await create()
      undo.push(made.cleanUp)
      return made
    }

    test('is empty at first', async () => {
      const store = await (await place()).open()
      expect((await loadAll(store)).size).toBe(0)
      await store.close()
    })

    test('returns saved data to the next session under either kind of info hash', async () => {
      const made = await place()
      const store = await made.open()
      const magnet = testProgress({ had: null, magnet: 'magnet:?', stamps: [] })
      await Promise.all([store.saveMetainfo(keptV1, keptMetainfo), store.save(keptV1, fullProgress())])
      await store.save(keptV2, magnet)
      await store.close()
      const next = await made.open()
      const entries = await loadAll(next)
      const found = { key: keptV1, metainfo: keptMetainfo, progress: fullProgress(), problems: [] }
      expect(entries.get(keptV1)).toEqual(found)
      expect(entries.get(keptV2)).toEqual({ key: keptV2, metainfo: null, progress: magnet, problems: [] })
      expect(entries.size).toBe(2)
      await next.close()
    })

    test('keeps the last of concurrent saves', async () => {
      const store = await (await place()).open()
      const saves = Array.from({ length: 100 }, (_, i) =>
        store.save(keptV1, testProgress({ uploadedBytes: i })),
      )
      await Promise.all(saves)
      expect((await loadAll(store)).get(keptV1)!.progress!.uploadedBytes).toBe(99)
      await store.close()
    })

    test('ignores changes made by the caller after the save', async () => {
      const store = await (await place()).open()
      const had = Uint8Array.of(0x80)
      const save = store.save(keptV1, testProgress({ had }))
      had[0] = 0
      await save
      expect((await loadAll(store)).get(keptV1)!.progress!.had).toEqual(Uint8Array.of(0x80))
      await store.close()
    })

    test('deletes a torrent, even while it is being saved', async () => {
      const made = await place()
      const store = await made.open()
      await store.saveMetainfo(keptV1, keptMetainfo)
      const saves = [store.save(keptV1, testProgress()), store.saveMetainfo(keptV1, keptMetainfo)]
      await store.delete(keptV1)
      await Promise.all(saves)
      await store.delete(keptV2)
      await store.close()
      const next = await made.open()
      expect((await loadAll(next)).size).toBe(0)
      await next.close()
    })

    test('reports damaged data, returns null for it and returns the rest', async () => {
      const made = await place()
      const store = await made.open()
      for (const key of [keptV1, keptV2]) {
        await store.saveMetainfo(key, keptMetainfo)
        await store.save(key, testProgress())
      }
      await store.close()
      await made.damageProgress(keptV1)
      await made.damageMetainfo(keptV2)
      const next = await made.open()
      const entries = await loadAll(next)
      expect(entries.get(keptV1)).toMatchObject({ metainfo: keptMetainfo, progress: null })
      expect(entries.get(keptV2)).toMatchObject({ metainfo: null, progress: testProgress() })
      for (const { problems } of entries.values()) expect(problems).toEqual([expect.any(String)])
      expect(entries.size).toBe(2)
      await next.close()
    })

    test('rejects an invalid key', async () => {
      const store = await (await place()).open()
      for (const key of ['', '../x', keptV1.toUpperCase(), `${keptV1}/..`, 'a'.repeat(41)]) {
        const refused = { code: 'bad-argument' }
        await expect(store.save(key, testProgress())).rejects.toMatchObject(refused)
        await expect(store.saveMetainfo(key, keptMetainfo)).rejects.toMatchObject(refused)
        await expect(store.delete(key)).rejects.toMatchObject(refused)
      }
      await store.close()
    })

    test('finishes pending saves when it closes and rejects later ones', async () => {
      const made = await place()
      const store = await made.open()
      const save = store.save(keptV1, testProgress())
      await store.close()
      await save
      await expect(store.save(keptV1, testProgress())).rejects.toMatchObject({ code: 'closed' })
      const next = await made.open()
      expect((await loadAll(next)).size).toBe(1)
      await next.close()
    })

    test('stops loading when aborted', async () => {
      const store = await (await place()).open()
      await store.save(keptV1, testProgress())
      const signal = AbortSignal.abort(new Error('enough'))
      await expect(store.load({ signal })[Symbol.asyncIterator]().next()).rejects.toThrow('enough')
      await store.close()
    })

    test('keeps notes separate from torrents', async () => {
      const made = await place()
      const store = await made.open()
      expect(await store.loadNote('dht')).toBeNull()
      await store.saveNote('dht', Uint8Array.of(1))
      await store.saveNote('dht', Uint8Array.of(2, 3))
      await store.close()
      const next = await made.open()
      expect(await next.loadNote('dht')).toEqual(Uint8Array.of(2, 3))
      expect((await loadAll(next)).size).toBe(0)
      await expect(next.saveNote('../dht', Uint8Array.of(1))).rejects.toMatchObject({ code: 'bad-argument' })
      await expect(next.loadNote('../dht')).rejects.toMatchObject({ code: 'bad-argument' })
      await next.close()
    })
  })
}
