/** Items that can be reported: whether they exist, and how moderators see them. */
import { Failure } from '@shoal/daemon/failure'
import type { Subject } from '@shoal/hub-api'
import type { Accounts } from '@shoal/hub-stores'
import { mayRead, type Reader } from '../kernel/reading.ts'
import { subjectOf } from './log-entry.ts'
import type { Found, Source, SubjectKind } from './service.ts'

export class Subjects {
  readonly #accounts: Pick<Accounts, 'get' | 'names'>
  readonly #sources = new Map<SubjectKind, Source>()

  constructor(accounts: Pick<Accounts, 'get' | 'names'>) {
    this.#accounts = accounts
    this.serve('member', {
      async find(id) {
        const { did, name, state } = await accounts.get(id)
        return { text: name, author: did, hidden: state === 'banned' ? state : null, listing: null }
      },
    })
  }

  serve(kind: SubjectKind, source: Source): void {
    this.#sources.set(kind, source)
  }

  /** Rejects with `not-found` if the item does not exist, or the reader cannot see it. */
  async check(kind: SubjectKind, id: string, reader: Reader): Promise<void> {
    const seen = await this.#find(kind, id)
    if (!seen || !mayRead({ hidden: seen.hidden, author: seen.author ?? '' }, reader)) throw absent()
  }

  /** Describes the subject of a report, even a deleted one. */
  async describe(subject: string): Promise<Subject> {
    const { kind, id } = subjectOf(subject)!
    const found = await this.#find(kind, id)
    const author = found?.author ?? null
    const names = await this.#accounts.names(author === null ? [] : [author])
    return {
      ...{ kind, id },
      text: found?.text ?? null,
      author: author === null ? null : { did: author, name: names.get(author) ?? '' },
      listing: found?.listing ?? null,
      isHidden: found !== null && found.hidden !== null,
    }
  }

  /**
   * Hides an item, or shows it again (null), if `check` allows moderating its author. Rejects with
   * `not-found`.
   */
  async hide(
    kind: SubjectKind,
    id: string,
    reason: string | null,
    check: (author: string) => Promise<void>,
  ): Promise<void> {
    const source = this.#sources.get(kind)
    const found = await source?.find(id)
    if (!source?.hide || !found || found.author === null) throw absent()
    await check(found.author)
    await source.hide(id, reason)
  }

  async #find(kind: SubjectKind, id: string): Promise<Found | null> {
    try {
      return (await this.#sources.get(kind)?.find(id)) ?? null
    } catch (error) {
      if (['not-found', 'bad-argument'].includes(String((error as { code?: unknown }).code))) return null
      throw error
    }
  }
}

function absent(): Failure {
  return new Failure('not-found', 'this does not exist, or has been removed', { field: 'id' })
}
