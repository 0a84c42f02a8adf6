import { type Database, Table } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { Leftover } from './replaced-files.ts'

/**
 * A published link with the signed item of its current version, which can be put again without the
 * secret key.
 */
export interface PublicationRecord {
  readonly id: number
  readonly name: string
  /** In the format of `formatMutableMagnet`. */
  readonly link: string
  /** 20 bytes in hex. */
  readonly infoHash: string
  readonly version: string
  /** 64 bytes in hex. */
  readonly signature: string
  readonly publishedMs: number | null
  readonly nodes: number
  readonly error: string | null
}

export interface FollowedRecord {
  readonly id: number
  readonly name: string
  readonly link: string
  readonly everyMinutes: number
  readonly keep: 'all' | 'latest'
  readonly directory: string | null
  readonly label: string | null
  /** Id of the torrent of the latest version. */
  readonly torrent: string | null
  /** Its info hash from the link: 20 bytes in hex. */
  readonly infoHash: string | null
  readonly version: string | null
  /**
   * Files of the previous version. Once the latest one is complete, those that it does not contain
   * are deleted.
   */
  readonly leftovers: readonly Leftover[]
  readonly changedMs: number | null
  readonly checkedMs: number | null
  readonly error: string | null
}

export class PublicationStore {
  readonly publications: Table<PublicationRecord>
  readonly followed: Table<FollowedRecord>

  constructor(database: Database) {
    this.publications = new Table<PublicationRecord>(database, 'publications', {
      id: 'plain',
      name: 'plain',
      link: 'plain',
      infoHash: 'plain',
      version: 'plain',
      signature: 'plain',
      publishedMs: 'plain',
      nodes: 'plain',
      error: 'plain',
    })
    this.followed = new Table<FollowedRecord>(database, 'followed', {
      id: 'plain',
      name: 'plain',
      link: 'plain',
      everyMinutes: 'plain',
      keep: 'plain',
      directory: 'plain',
      label: 'plain',
      torrent: 'plain',
      infoHash: 'plain',
      version: 'plain',
      leftovers: 'json',
      changedMs: 'plain',
      checkedMs: 'plain',
      error: 'plain',
    })
  }
}

/** Finds a link by its id in the API. Throws `not-found`. */
export function foundRow<Row extends { readonly id: number }>(table: Table<Row>, id: string): Row {
  const row = /^\d{1,15}$/.test(id) ? table.get(id as unknown as Row['id']) : null
  if (row) return row
  throw new Failure('not-found', 'there is no such link: it may have been removed', { field: 'id' })
}
