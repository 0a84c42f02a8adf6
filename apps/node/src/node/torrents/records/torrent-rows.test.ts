import type { TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import type { LabelStore } from './label-store.ts'
import type { TorrentRow } from './torrent-row.ts'
import { TorrentRows } from './torrent-rows.ts'
import type { TorrentRecord, TorrentStore, TorrentTotals } from './torrent-store.ts'

const HASH = Uint8Array.from({ length: 20 }, (_, at) => at)

/** The tables of the catalogue, as far as rows use them. */
function fakeTables() {
  const records = new Map<number, TorrentRecord>()
  const totals = new Map<number, Partial<TorrentTotals>>()
  const updates: object[] = []
  const torrents = {
    all: () => [...records.values()],
    allTotals: () => totals,
    add(record: TorrentRecord) {
      records.set(1, { ...record, id: 1 })
      return records.get(1)!
    },
    update(id: number, changes: object) {
      updates.push(changes)
      records.set(id, { ...records.get(id)!, ...changes })
    },
    addTotals(deltas: ReadonlyMap<number, Partial<TorrentTotals>>) {
      for (const [id, delta] of deltas) totals.set(id, { ...delta })
    },
  }
  const tables = {
    torrents: torrents as unknown as TorrentStore,
    labels: { all: () => [], find: () => null } as unknown as LabelStore,
    transaction: <T>(work: () => T) => work(),
  }
  return { tables, updates, totals }
}

const api = {
  infoHashes: { v1: HASH },
  name: 'film',
  metainfo: { comment: 'a film' },
  directory: '/films',
  sequential: false,
  limits: { downloadBytesPerSecond: Number.POSITIVE_INFINITY, uploadBytesPerSecond: 5 },
} as unknown as TorrentApi

function rowOf(): TorrentRow {
  return {
    ...{ id: Buffer.from(HASH).toString('hex'), name: null, tags: ['new'], source: null },
    ...{ addedMs: 1, completedMs: null, activeMs: null, paused: false },
    ...{ forced: false, queueOrder: 1, removedMs: null },
    ...{ deleteData: false, downloadingSeconds: 0, seedingSeconds: 0, label: null },
  }
}

test('a row that was read is written again only if it differs from its torrent', () => {
  const { tables, updates } = fakeTables()
  new TorrentRows(tables).put(rowOf(), api)
  const read = new TorrentRows(tables)
  const [row] = read.all()
  read.put(row!, api)
  expect(updates).toEqual([])
  // From here on all changes are written.
  read.put({ ...row!, paused: true }, api)
  expect(updates).toMatchObject([{ paused: true }])

  const moved = new TorrentRows(tables)
  moved.put(moved.all()[0]!, { ...api, directory: '/elsewhere' } as TorrentApi)
  expect(updates).toMatchObject([{}, { directory: '/elsewhere' }])
})

test('the times of running torrents are written without their rows', () => {
  const { tables, updates, totals } = fakeTables()
  const rows = new TorrentRows(tables)
  const row = rowOf()
  rows.put(row, api)
  rows.putTimes([
    { ...row, seedingSeconds: 60 },
    { ...row, id: 'unknown' },
  ])
  expect(totals).toEqual(new Map([[1, { downloadingMs: 0, seedingMs: 60_000 }]]))
  expect(updates).toEqual([])
  rows.putTimes([{ ...row, seedingSeconds: 90, activeMs: 7 }])
  expect(totals).toEqual(new Map([[1, { downloadingMs: 0, seedingMs: 30_000 }]]))
  expect(updates).toEqual([{ activeMs: 7 }])
})
