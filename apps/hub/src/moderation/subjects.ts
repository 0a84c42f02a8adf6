/** The things that can be reported: whether they exist, and what moderators see of them. */
import { Failure } from '@shoal/daemon/failure'
import type { Subject } from '@shoal/hub-api'
import type { SUBJECT_KINDS } from '@shoal/hub-api/choices'
import type { HubStores } from '@shoal/hub-stores'
import { mayRead, type Reader } from '../kernel/reading.ts'
import { subjectOf } from './log-entry.ts'

type Kind = (typeof SUBJECT_KINDS)[number]

const MAX_TEXT = 200
const ENTRY = /^([\w-]{43}):([1-9]\d{0,15})$/

export class Subjects {
  readonly #stores: HubStores

  constructor(stores: HubStores) {
    this.#stores = stores
  }

  /** Rejects with `not-found` if there is no such thing, or the reader cannot see it. */
  async check(kind: Kind, id: string, reader: Reader): Promise<void> {
    const seen = await this.#find(kind, id)
    if (!seen || !mayRead({ hidden: seen.hidden, author: seen.author ?? '' }, reader))
      throw new Failure('not-found', 'this does not exist, or has been removed', { field: 'id' })
  }

  /** Describes what a report is about, also if it is gone. */
  async describe(subject: string): Promise<Subject> {
    const { kind, id } = subjectOf(subject)!
    const found = await this.#find(kind, id)
    const author = found?.author ?? null
    const names = await this.#stores.accounts.names(author === null ? [] : [author])
    return {
      ...{ kind, id },
      text: found?.text ?? null,
      author: author === null ? null : { did: author, name: names.get(author) ?? '' },
      listing: found?.listing ?? null,
      isHidden: found !== null && found.hidden !== null,
    }
  }

  async #find(kind: Kind, id: string): Promise<Found | null> {
    try {
      return await this.#get(kind, id)
    } catch (error) {
      if (['not-found', 'bad-argument'].includes(String((error as { code?: unknown }).code))) return null
      throw error
    }
  }

  async #get(kind: Kind, id: string): Promise<Found | null> {
    const { listings, comments, accounts, rooms } = this.#stores
    switch (kind) {
      case 'listing': {
        const { title, author, hidden } = await listings.get(id)
        return { text: title, author, hidden, listing: null }
      }
      case 'comment': {
        const { comment, listing } = await comments.get(id)
        const text = comment.text.slice(0, MAX_TEXT).toWellFormed()
        return { text, author: comment.author, hidden: comment.hidden, listing }
      }
      case 'member': {
        const { did, name, state } = await accounts.get(id)
        return { text: name, author: did, hidden: state === 'banned' ? state : null, listing: null }
      }
      case 'entry': {
        const [, room, sequence] = ENTRY.exec(id) ?? []
        if (room === undefined) return null
        const { head } = await rooms.get(new Uint8Array(Buffer.from(room, 'base64url')))
        return Number(sequence) <= head.sequence
          ? { text: null, author: null, hidden: null, listing: null }
          : null
      }
    }
  }
}

interface Found {
  readonly text: string | null
  readonly author: string | null
  readonly hidden: string | null
  readonly listing: string | null
}
