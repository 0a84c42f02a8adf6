import { infoHashText, type TorrentApi } from '@shoal/torrent'
import type { LabelStore } from './label-store.ts'
import type { RowStore } from './torrent-registry.ts'
import type { TorrentRow } from './torrent-row.ts'
import type { TorrentRecord, TorrentStore, TorrentTotals } from './torrent-store.ts'

export interface RowTables {
  readonly torrents: TorrentStore
  readonly labels: LabelStore
  transaction<T>(work: () => T): T
}

/** The rows of torrents in the database. */
export class TorrentRows implements RowStore {
  readonly #tables: RowTables
  /** Record ids by torrent ids. */
  readonly #ids = new Map<string, number>()
  readonly #ours = new Map<number, string>()
  readonly #written = new Map<string, Times>()
  /** Records as read, until their torrents are restored: most of them need not be written again. */
  readonly #read = new Map<string, TorrentRecord>()
  readonly #onNewLabel: () => void

  /** `onNewLabel` is called when a row has a new label. */
  constructor(tables: RowTables, onNewLabel: () => void = () => {}) {
    this.#tables = tables
    this.#onNewLabel = onNewLabel
  }

  /** The id of a torrent's record. Undefined if it has no row. */
  recordId(id: string): number | undefined {
    return this.#ids.get(id)
  }

  /** The reverse. */
  idOf(recordId: number): string | undefined {
    return this.#ours.get(recordId)
  }

  all(): TorrentRow[] {
    const labels = new Map(this.#tables.labels.all().map(({ id, name }) => [id, name]))
    const totals = this.#tables.torrents.allTotals()
    return this.#tables.torrents.all().map(record => {
      const { downloadingMs = 0, seedingMs = 0 } = totals.get(record.id) ?? {}
      const seconds = { downloadingSeconds: downloadingMs / 1000, seedingSeconds: seedingMs / 1000 }
      const row = { ...toRow(record), ...seconds, label: labels.get(record.labelId ?? -1) ?? null }
      this.#read.set(row.id, record)
      this.#ids.set(row.id, record.id)
      this.#ours.set(record.id, row.id)
      this.#written.set(row.id, toTimes(row))
      return row
    })
  }

  put(row: TorrentRow, api: TorrentApi): void {
    const { torrents } = this.#tables
    const id = this.#tables.transaction(() => {
      const record = { ...toRecord(row, api), labelId: this.#labelId(row.label) }
      const known = this.#ids.get(row.id)
      const read = this.#read.get(row.id)
      if (known !== undefined && !(read && isStored(record, read))) torrents.update(known, record)
      const id = known ?? torrents.add(record).id
      torrents.addTotals(new Map(this.#ranSince(id, row)))
      return id
    })
    this.#read.delete(row.id)
    this.#ids.set(row.id, id)
    this.#ours.set(id, row.id)
    this.#written.set(row.id, toTimes(row))
  }

  putTimes(rows: readonly TorrentRow[]): void {
    const { torrents } = this.#tables
    const known = rows.flatMap(row => {
      const id = this.#ids.get(row.id)
      return id === undefined ? [] : [{ id, row }]
    })
    this.#tables.transaction(() => {
      torrents.addTotals(new Map(known.flatMap(({ id, row }) => this.#ranSince(id, row))))
      for (const { id, row } of known)
        if (row.activeMs !== this.#written.get(row.id)?.activeMs)
          torrents.update(id, { activeMs: row.activeMs })
    })
    for (const { row } of known) this.#written.set(row.id, toTimes(row))
  }

  together(work: () => void): void {
    this.#tables.transaction(work)
  }

  delete(id: string): void {
    const known = this.#ids.get(id)
    if (known === undefined) return
    this.#tables.torrents.delete(known)
    this.#ours.delete(known)
    this.#ids.delete(id)
    this.#written.delete(id)
    this.#read.delete(id)
  }

  /** The store adds up its input, so it receives the difference since the last call, if any. */
  #ranSince(id: number, { id: key, downloadingSeconds, seedingSeconds }: TorrentRow): [number, Ran][] {
    const written = this.#written.get(key) ?? { downloadingSeconds: 0, seedingSeconds: 0 }
    const downloadingMs = (downloadingSeconds - written.downloadingSeconds) * 1000
    const seedingMs = (seedingSeconds - written.seedingSeconds) * 1000
    return downloadingMs === 0 && seedingMs === 0 ? [] : [[id, { downloadingMs, seedingMs }]]
  }

  #labelId(name: string | null): number | null {
    if (name === null) return null
    const known = this.#tables.labels.find(name)
    if (known) return known.id
    this.#onNewLabel()
    return this.#tables.labels.add({ name }).id
  }
}

type Seconds = Pick<TorrentRow, 'downloadingSeconds' | 'seedingSeconds'>
type Ran = Pick<TorrentTotals, 'downloadingMs' | 'seedingMs'>
type Times = Seconds & Pick<TorrentRow, 'activeMs'>

function toTimes({ downloadingSeconds, seedingSeconds, activeMs }: TorrentRow): Times {
  return { downloadingSeconds, seedingSeconds, activeMs }
}

/** Returns whether a record has the members that are to be written. */
function isStored(members: Partial<TorrentRecord>, record: TorrentRecord): boolean {
  return Object.entries(members).every(([name, value]) => {
    const stored = record[name as keyof TorrentRecord]
    return value === stored || (name === 'tags' && JSON.stringify(value) === JSON.stringify(stored))
  })
}

function toRow(record: TorrentRecord): Omit<TorrentRow, keyof Seconds | 'label'> {
  return {
    id: (record.infoHashV1 ?? record.infoHashV2)!,
    name: record.givenName,
    tags: record.tags,
    source: record.source,
    addedMs: record.addedMs,
    completedMs: record.completedMs,
    activeMs: record.activeMs,
    paused: record.paused,
    forced: record.forced,
    queueOrder: record.queuePosition ?? 0,
    removedMs: record.removedMs,
    deleteData: record.removeData,
  }
}

function toRecord(row: TorrentRow, api: TorrentApi) {
  const { v1, v2 } = api.infoHashes
  const { limits } = api
  return {
    infoHashV1: v1 ? infoHashText({ v1 }) : null,
    infoHashV2: v2 ? infoHashText({ v2 }) : null,
    name: row.name ?? api.name,
    givenName: row.name,
    comment: api.metainfo?.comment ?? null,
    source: row.source,
    directory: api.directory,
    tags: row.tags,
    addedMs: row.addedMs,
    completedMs: row.completedMs,
    activeMs: row.activeMs,
    removedMs: row.removedMs,
    removeData: row.deleteData,
    paused: row.paused,
    forced: row.forced,
    sequential: api.sequential,
    queuePosition: row.queueOrder,
    downloadLimitBytesPerSecond: finite(limits.downloadBytesPerSecond),
    uploadLimitBytesPerSecond: finite(limits.uploadBytesPerSecond),
  }
}

function finite(bytesPerSecond: number): number | null {
  return Number.isFinite(bytesPerSecond) ? Math.round(bytesPerSecond) : null
}
