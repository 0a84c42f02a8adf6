/**
 * Reports, and actions of moderators. Moderators act on members, admins on everyone but themselves.
 * Every action is in the public log.
 */
import { Failure } from '@shoal/daemon/failure'
import type { Ban, CheckedInputOf, ModerationEntry, Report } from '@shoal/hub-api'
import { Bans, Posting, Reports, type Ban as StoredBan } from '@shoal/hub-stores'
import type { Caller } from '../kernel/callers.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { cursorOf, nextOf } from '../kernel/paging.ts'
import type { People } from '../kernel/people.ts'
import { Rates } from '../kernel/rates.ts'
import { checkReader } from '../kernel/reading.ts'
import { type Detail, readEntry } from './log-entry.ts'
import type { Moderation, Source, SubjectKind } from './service.ts'
import { Subjects } from './subjects.ts'

export class HubModeration implements Moderation {
  readonly #people: People
  readonly #reports: Reports
  readonly #bans: Bans
  readonly #posting: Posting
  readonly #policy: HubKernel['given']['registration']
  readonly #subjects: Subjects
  readonly #reporting: Rates
  readonly #ended: (did: string) => void

  /** `ended`: notifies all processes that the account's sessions have ended. */
  constructor(
    kernel: Pick<HubKernel, 'database' | 'people' | 'given' | 'channels' | 'now'>,
    ended: (did: string) => void,
  ) {
    const { database, people, now } = kernel
    this.#people = people
    this.#reports = new Reports(database, now)
    this.#bans = new Bans(database, now)
    this.#posting = new Posting(database, now)
    this.#policy = kernel.given.registration
    this.#subjects = new Subjects(people.accounts)
    this.#reporting = new Rates(kernel, 'report', { burst: 20, everyMs: 30_000 })
    this.#ended = ended
  }

  serve(kind: SubjectKind, source: Source): void {
    this.#subjects.serve(kind, source)
  }

  notePost(did: string): Promise<void> {
    return this.#posting.note(did)
  }

  async deleted(kind: SubjectKind, id: string): Promise<void> {
    await this.#reports.close(`${kind}:${id}`)
  }

  async report({ kind, id, reason }: CheckedInputOf<'report'>, { did, account }: Caller) {
    this.#reporting.take(did)
    await this.#subjects.check(kind, id, { did, account })
    await this.#reports.add(`${kind}:${id}`, did, reason)
    return {}
  }

  async reports({ cursor, limit }: CheckedInputOf<'listReports'>) {
    const after = cursorOf('after', cursor)
    const found = await this.#reports.list({ ...after, limit })
    const names = await this.#people.accounts.names([...new Set(found.map(({ reporter }) => reporter))])
    const items: Report[] = []
    for (const { number, subject, reporter, reason, createdMs } of found)
      items.push({
        ...{ number, reason, createdMs },
        subject: await this.#subjects.describe(subject),
        reporter: { did: reporter, name: names.get(reporter) ?? '' },
      })
    return { items, next: nextOf(found, limit) }
  }

  async closeReports({ kind, id }: CheckedInputOf<'closeReports'>) {
    return { closed: await this.#reports.close(`${kind}:${id}`) }
  }

  async hide({ kind, id, reason }: CheckedInputOf<'hide'>, caller: Caller) {
    await this.#setHidden(kind, id, caller, { hidden: reason, reason })
    await this.#reports.close(`${kind}:${id}`)
    return {}
  }

  async unhide({ kind, id, reason }: CheckedInputOf<'unhide'>, caller: Caller) {
    await this.#setHidden(kind, id, caller, { hidden: null, reason })
    return {}
  }

  async bans({ cursor, limit }: CheckedInputOf<'listBans'>) {
    const after = cursorOf('after', cursor)
    const found = await this.#bans.list({ ...after, limit })
    return { items: await this.#describeBans(found), next: nextOf(found, limit) }
  }

  async ban({ did, reason, untilMs }: CheckedInputOf<'ban'>, caller: Caller): Promise<Ban> {
    await this.#checkRank(did, caller)
    const ban = await this.#bans.ban(did, { reason, by: caller.did, untilMs })
    this.#ended(did)
    await this.#note(caller, 'ban', `member:${did}`, { reason, ...(untilMs !== null && { untilMs }) })
    await this.#reports.close(`member:${did}`)
    return (await this.#describeBans([ban]))[0]!
  }

  async removeAccount({ did, reason }: CheckedInputOf<'removeAccount'>, caller: Caller) {
    await this.#checkRank(did, caller)
    await this.#people.data.remove(did)
    this.#ended(did)
    await this.#note(caller, 'remove', `member:${did}`, { reason })
    return {}
  }

  async unban({ did, reason }: CheckedInputOf<'unban'>, caller: Caller) {
    await this.#checkRank(did, caller)
    if (!(await this.#bans.end(did)))
      throw new Failure('not-found', 'this member is not banned', { field: 'did' })
    await this.#note(caller, 'unban', `member:${did}`, { reason })
    return {}
  }

  /** Lifts expired bans. */
  async endBans(): Promise<void> {
    for (const did of await this.#bans.endExpired())
      await this.#people.audit.add({
        ...{ actor: 'hub', action: 'unban', subject: `member:${did}`, detail: '{}', isPublic: true },
      })
  }

  async slowMode({ did }: CheckedInputOf<'getSlowMode'>, caller: Caller) {
    if (did !== undefined && did !== caller.did && caller.account.role === 'member')
      throw new Failure('forbidden', 'only moderators can query other members', { field: 'did' })
    const { everybodyMs, memberMs } = await this.#posting.slowMode(did ?? caller.did)
    return { everybodySeconds: everybodyMs / 1000, memberSeconds: memberMs / 1000 }
  }

  async setSlowMode({ did, seconds, reason }: CheckedInputOf<'setSlowMode'>, caller: Caller) {
    if (did !== null) await this.#checkRank(did, caller)
    await this.#posting.setSlowMode(did, seconds * 1000)
    await this.#note(caller, 'slow-mode', did === null ? '' : `member:${did}`, { reason, seconds })
    return {}
  }

  /** Returns the part of the public log that concerns moderation. */
  async log({ cursor, limit }: CheckedInputOf<'listModerationLog'>, caller: Caller | null) {
    checkReader(this.#policy, caller)
    const before = cursorOf('before', cursor)
    const found = await this.#people.audit.list({ ...before, limit, isPublic: true })
    const read = found.flatMap(entry => readEntry(entry) ?? [])
    const dids = read.flatMap(({ by, member }) => [by, member].filter(did => did !== null))
    const names = await this.#people.accounts.names([...new Set(dids)])
    const items = read.map(
      ({ by, member, subject, ...entry }): ModerationEntry => ({
        ...entry,
        by: by === null ? null : { did: by, name: names.get(by) ?? '' },
        subject: subject && { ...subject, name: names.get(member ?? '') ?? '' },
      }),
    )
    return { items, next: nextOf(found, limit) }
  }

  async #setHidden(
    kind: 'listing' | 'comment',
    id: string,
    caller: Caller,
    { hidden, reason }: { readonly hidden: string | null; readonly reason: string },
  ): Promise<void> {
    await this.#subjects.hide(kind, id, hidden, author => this.#checkRank(author, caller))
    await this.#note(caller, hidden === null ? 'unhide' : 'hide', `${kind}:${id}`, { reason })
  }

  /**
   * Rejects with `forbidden` unless the caller may act on this person. A former member ranks below
   * everyone.
   */
  async #checkRank(did: string, { did: own, account }: Caller): Promise<void> {
    if (did === own)
      throw new Failure('forbidden', 'you cannot moderate yourself or your own content', { field: 'id' })
    if (account.role === 'admin') return
    const target = await this.#people.accounts.get(did).catch(error => {
      if (error.code === 'not-found') return null
      throw error
    })
    if (target && target.role !== 'member')
      throw new Failure('forbidden', 'only admins act on moderators and admins', { field: 'id' })
  }

  async #note(
    { did }: Caller,
    action: ModerationEntry['action'],
    subject: string,
    detail: Detail,
  ): Promise<void> {
    const entry = { actor: did, action, subject, detail: JSON.stringify(detail) }
    await this.#people.audit.add({ ...entry, isPublic: true })
  }

  async #describeBans(bans: readonly StoredBan[]): Promise<Ban[]> {
    const names = await this.#people.accounts.names([...new Set(bans.flatMap(({ did, by }) => [did, by]))])
    const author = (did: string) => ({ did, name: names.get(did) ?? '' })
    return bans.map(({ did, by, reason, bannedMs, untilMs }) => ({
      ...{ reason, untilMs },
      member: author(did),
      by: author(by),
      createdMs: bannedMs,
    }))
  }
}
