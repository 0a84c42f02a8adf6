/**
 * Trust in publishers, based on what this node received from them and on what the user says about
 * them.
 */

import type { Database, Query } from '@shoal/daemon/database'
import type { SearchRow as NetworkRow } from '@shoal/network'
import { infoHashText } from '@shoal/torrent'
import type { Persons } from '../people/service.ts'
import type { ManagedTorrent } from '../torrents/service.ts'

const MAX_ROWS = 20_000
/** Number of results remembered, by info hash. */
const MAX_SHOWN = 5000
/** Number of completed torrents at which a publisher is half trusted. */
const HALF = 3
/** Trust in a contact: as much as 27 completed torrents. */
const CONTACT_TRUST = 0.9

export interface PublishersOptions {
  readonly database: Database
  /** Returns whether this is the node's own key. */
  isOwn(publisher: Uint8Array): boolean
  /** Null while recognition is off. */
  readonly persons: Persons | null
}

/**
 * Remembers the publishers of torrents that the user added from search results. Strangers have no
 * trust, and cannot reduce that of others.
 */
export class Publishers {
  readonly #options: PublishersOptions
  readonly #complete: Query<{ readonly count: number }>
  readonly #count: Query<{ readonly count: number }>
  readonly #add: Query<never>
  readonly #finish: Query<never>
  readonly #shown = new Map<string, Uint8Array>()

  constructor(options: PublishersOptions) {
    this.#options = options
    const { database } = options
    this.#complete = database.prepare(
      'SELECT count(*) AS count FROM publishers WHERE publisher = ? AND complete = 1',
    )
    this.#count = database.prepare('SELECT count(*) AS count FROM publishers')
    this.#add = database.prepare('INSERT OR IGNORE INTO publishers VALUES (?, ?, 0)')
    this.#finish = database.prepare('UPDATE publishers SET complete = 1 WHERE torrent = ?')
  }

  isOwn(publisher: Uint8Array): boolean {
    return this.#options.isOwn(publisher)
  }

  /** Whether any publisher is blocked. */
  get hasBlocked(): boolean {
    return this.#options.persons?.hasBlocked ?? false
  }

  isBlocked(publisher: Uint8Array): boolean {
    return this.#options.persons?.isBlocked(publisher) ?? false
  }

  /** Returns the contact who has shown this key, or null. */
  contactOf(publisher: Uint8Array): { readonly name: string | null } | null {
    return this.#options.persons?.contactOf(publisher) ?? null
  }

  /**
   * Returns 0 to 1: 1 for the node's own key, a high value for contacts, and for others more the
   * more of their torrents this node has completed.
   */
  trust(publisher: Uint8Array): number {
    if (this.isOwn(publisher)) return 1
    const count = this.#complete.get(publisher)?.count ?? 0
    const earned = count / (count + HALF)
    return this.contactOf(publisher) ? Math.max(earned, CONTACT_TRUST) : earned
  }

  /** Remembers the publishers of shown results, in case the user adds one. */
  shown(rows: readonly NetworkRow[]): void {
    for (const { signed } of rows) {
      const { publisher, infoHashV1: v1, infoHashV2: v2 } = signed.entry
      if (this.isOwn(publisher)) continue
      for (const id of [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })]) {
        if (id === null) continue
        this.#shown.delete(id)
        this.#shown.set(id, publisher)
      }
    }
    while (this.#shown.size > MAX_SHOWN) this.#shown.delete(this.#shown.keys().next().value!)
  }

  /**
   * Call it when a torrent was added to the list. Publishers of torrents already listed gain
   * nothing: known torrents are easy to publish.
   */
  added({ id, ids }: Pick<ManagedTorrent, 'id' | 'ids'>): void {
    const publisher = ids.map(each => this.#shown.get(each)).find(each => each !== undefined)
    if (publisher && this.#count.get()!.count < MAX_ROWS) this.#add.run(publisher, id)
  }

  /** Call it when a torrent of the list is complete. */
  completed({ id }: Pick<ManagedTorrent, 'id'>): void {
    this.#finish.run(id)
  }
}
