import { describe, expect, test } from 'vitest'
import { Turns } from '../base/turns.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { createTorrentFrom } from '../hash/create.ts'
import { blobSource } from '../hash/create-source.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import type { InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from '../storage/record/resume-store.ts'
import { Restorer } from './restorer.ts'

const progress: ResumeProgress = {
  directory: '/downloads',
  paused: false,
  sequential: false,
  addedMs: 0,
  downloadedBytes: 0,
  uploadedBytes: 0,
  had: null,
  stamps: [],
  priorities: null,
  renamed: new Map(),
  trackers: [],
  webSeeds: [],
}

function hybrid(name: string): Promise<Metainfo> {
  return createTorrentFrom([blobSource([name], new Blob([name]))], { name })
}

function restorerOf(entries: readonly ResumeEntry[]): Restorer {
  async function* load() {
    yield* entries
  }
  return new Restorer({ load } as unknown as ResumeStore, new Turns(new VirtualClock()))
}

const origin = (infoHashes: InfoHashes) => ({
  infoHashes,
  name: undefined,
  metainfo: null,
  trackers: [],
  webSeeds: [],
  peers: [],
  select: undefined,
})

describe('a record', () => {
  test('of a hybrid is found by either info hash, once', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map(hybrid))
    const entries = all.map(metainfo => ({
      key: infoHashText(metainfo.info.infoHashes),
      metainfo: writeMetainfo(metainfo),
      progress,
      problems: [],
    }))
    const restorer = restorerOf(entries)
    await restorer.read()
    const [a, b] = all.map(({ info }) => info.infoHashes) as [InfoHashes, InfoHashes]
    expect(restorer.take(origin({ v2: a.v2! }))?.origin.name).toBe('a')
    expect(restorer.take(origin({ v1: a.v1! }))).toBeUndefined()
    expect(restorer.take(origin({ v1: b.v1! }))?.origin.name).toBe('b')
    expect(restorer.take(origin({ v1: new Uint8Array(20) }))).toBeUndefined()
    expect(restorer.take(origin(all[2]!.info.infoHashes))?.origin.name).toBe('c')
    expect(restorer.problems).toEqual([])
  })

  test('from before the metadata was known is found by its key', async () => {
    const v1 = new Uint8Array(20).fill(7)
    const magnet = `magnet:?xt=urn:btih:${infoHashText({ v1 })}&dn=later`
    const restorer = restorerOf([
      { key: infoHashText({ v1 }), metainfo: null, progress: { ...progress, magnet }, problems: [] },
    ])
    await restorer.read()
    const { info } = await hybrid('other')
    expect(restorer.take(origin({ v1, v2: info.infoHashes.v2! }))?.origin.name).toBe('later')
  })

  test('a record of a hybrid torrent from before its other hash was known is replaced by a later one', async () => {
    const metainfo = await hybrid('album')
    const { v1, v2 } = metainfo.info.infoHashes
    const magnet = `magnet:?xt=urn:btmh:1220${infoHashText({ v2: v2! })}`
    const restorer = restorerOf([
      { key: infoHashText({ v2: v2! }), metainfo: null, progress: { ...progress, magnet }, problems: [] },
      { key: infoHashText({ v1: v1! }), metainfo: writeMetainfo(metainfo), progress, problems: [] },
    ])
    const names: (string | undefined)[] = []
    for await (const { origin } of restorer.each()) names.push(origin.metainfo?.info.name)
    expect(names).toEqual(['album'])
  })
})
