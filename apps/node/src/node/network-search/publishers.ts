/** Trust in publishers, by what this node itself has got of them and by what the user says of them. */

import type { Database, Query } from '@shoal/daemon/database'
import type { SearchRow as NetworkRow } from '@shoal/network'
import { infoHashText } from '@shoal/torrent'
import type { Persons } from '../people/service.ts'
import type { ManagedTorrent } from '../torrents/service.ts'

const MAX_ROWS = 20_000
/** Results that are remembered, by info hash. */
const MAX_SHOWN = 5000
/** A publisher is trusted half when so many of their torrents were complete here. */
const HALF = 3
/** The user knows who it is: as much as 27 complete torrents. */
const CONTACT_TRUST = 0.9

export interface PublishersOptions {
  readonly database: Database
  /** Returns true for this node's own key. */
  isOwn(publisher: Uint8Array): boolean
  /** Null while nobody is recognized. */
  readonly persons: Persons | null
}

/** Remembers who published what the user took from the results of searches. Strangers have no trust, and nobody can take it from others. */
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

  /** Whether anybody is blocked. */
  get hasBlocked(): boolean {
    return this.#options.persons?.hasBlocked ?? false
  }

  isBlocked(publisher: Uint8Array): boolean {
    return this.#options.persons?.isBlocked(publisher) ?? false
  }

  /** The contact who has shown this key, or null. */
  contactOf(publisher: Uint8Array): { readonly name: string | null } | null {
    return this.#options.persons?.contactOf(publisher) ?? null
  }

  /** 0 to 1: 1 for the node's own key, much for those of contacts, and for others the more, the more of their torrents were complete here. */
  trust(publisher: Uint8Array): number {
    if (this.isOwn(publisher)) return 1
    const count = this.#complete.get(publisher)?.count ?? 0
    const earned = count / (count + HALF)
    return this.contactOf(publisher) ? Math.max(earned, CONTACT_TRUST) : earned
  }

  /** Remembers whose results are shown, in case the user takes one. */
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

  /** A torrent has come into the list. Publishers of those that were there before gain nothing: anybody can publish what is known. */
  added({ id, ids }: Pick<ManagedTorrent, 'id' | 'ids'>): void {
    const publisher = ids.map(each => this.#shown.get(each)).find(each => each !== undefined)
    if (publisher && this.#count.get()!.count < MAX_ROWS) this.#add.run(publisher, id)
  }

  /** A torrent of the list is complete. */
  completed({ id }: Pick<ManagedTorrent, 'id'>): void {
    this.#finish.run(id)
  }
}
