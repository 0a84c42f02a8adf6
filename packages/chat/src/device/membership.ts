/**
 * The members of a closed group, as seen by one of their devices: joins by a welcome, reads commits
 * in the order of the log, and welcomes those added by its own commits. Everything is written to a
 * journal before it is sent.
 */
import { delay, equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import { bindingOf, type Envelope, encodeEnvelope } from '../envelope/envelope.ts'
import { Group, type OpenedMessage } from '../groups/group.ts'
import type { GroupMember } from '../groups/group-members.ts'
import type { AccessSecret } from '../groups/group-records.ts'
import type { GroupPolicy } from '../groups/policy.ts'
import { plaintextOf } from '../messages/message.ts'
import type { Given, RoomRecord } from './given.ts'
import { GroupChanges } from './group-changes.ts'
import { type History, journalOf } from './history.ts'
import { writeInvitation } from './invitation.ts'
import type { Kept } from './kept-messages.ts'
import { entriesOfChange, entriesOfWelcome, type NewEntry, openWelcome } from './large-entries.ts'
import type { Journal, RoomEntry } from './ports.ts'
import { sealNote } from './sealed-note.ts'
import type { Invited, MadeCommit, Welcoming } from './wishes.ts'

/**
 * Delay after which another member gives the hub the room's next secret, if the device that removed
 * someone has not.
 */
const RENEW_MS = 5000
/** Delay before a refused entry is sent again; it doubles up to the maximum. */
const REFUSED_MS = { first: 5000, longest: 600_000 }
/** Delay after which a device without its invitation is reported. */
const INVITED_MS = 60_000
/** Most commits with undelivered invitations. */
const MAX_WELCOMINGS = 64
const UNREACHABLE = 'cannot get the invitation: remove the person, and add it again'

/** The conversation of the members. */
export interface MembershipOwner {
  readonly history: History
  /** Runs after all work started before. */
  inTurn<T>(run: () => Promise<T>): Promise<T>
  /** Appends an entry to the log, however long it takes. */
  post(clientId: Uint8Array, bytes: Uint8Array): Promise<void>
  /** Members or rules have changed. */
  changed(): void
  /** The room has another secret: see `RoomCarrier.renew`. */
  renewed(withinMs: number): void
  problem(error: unknown): void
}

export class Membership {
  readonly #given: Given
  readonly #room: RoomRecord
  readonly #owner: MembershipOwner
  readonly #journal: Journal
  #group: Group | null
  readonly changes: GroupChanges
  readonly #closing = new AbortController()

  private constructor(
    ...[given, room, owner, journal, group]: [Given, RoomRecord, MembershipOwner, Journal, Group | null]
  ) {
    this.#given = given
    this.#room = room
    this.#owner = owner
    this.#journal = journal
    this.#group = group
    this.changes = new GroupChanges(given, room.home, {
      ...{ history: owner.history, group: () => this.#group, inTurn: run => owner.inTurn(run) },
      post: (clientId, bytes) => this.#postChange(clientId, bytes),
      problem: error => owner.problem(error),
    })
  }

  /** Restores the state in the journal. */
  static async open(given: Given, room: RoomRecord, owner: MembershipOwner): Promise<Membership> {
    const journal = await given.openJournal(journalOf('keys', room.id))
    const records = []
    for await (const record of journal.read()) records.push(record)
    const group = records.length > 0 ? Group.restore(given.groupOwner(journal), records) : null
    // It was removed, and added again later.
    const isBack = group && !group.isMember && room.after.sequence > (owner.history.through?.sequence ?? 0)
    return new Membership(given, room, owner, journal, isBack ? null : group)
  }

  get group(): Group | null {
    return this.#group
  }

  /** Secrets of the room's tokens, newest first. */
  get accessSecrets(): readonly Uint8Array[] {
    return this.#access.map(({ secret }) => secret)
  }

  get #access(): readonly AccessSecret[] {
    const { accessEpoch: epoch, accessSecret: secret } = this.#room
    // The inviting device may have been ahead of it.
    return [...(this.#group?.access ?? []), { epoch, secret }].sort((one, other) => other.epoch - one.epoch)
  }

  /** Creates the group with this device as its only member. */
  async create(policy: GroupPolicy): Promise<void> {
    this.#group = await Group.create(this.#given.groupOwner(this.#journal), this.#room.id, policy)
  }

  /** Returns the welcome for this device, or null while parts are missing. Throws `bad-message`. */
  findWelcome(entries: readonly RoomEntry[]): Uint8Array | null {
    const { welcome, id } = this.#room
    if (!welcome) return null
    const find = (clientId: Uint8Array) =>
      entries.find(entry => equalBytes(entry.clientId, clientId))?.bytes ?? null
    try {
      return openWelcome(id, welcome.id, welcome.key, find)
    } catch (cause) {
      throw badWelcome(cause)
    }
  }

  /**
   * Joins by the result of `findWelcome`. Rejects with `bad-message`, `bad-credential` or
   * `bad-policy` if that is impossible.
   */
  async join(plaintext: Uint8Array): Promise<void> {
    const { welcome, id } = this.#room
    if (!welcome) throw badWelcome()
    const { keys } = this.#given
    const { history } = this.#owner
    if (history.settings.isLeaving) await history.set({ isLeaving: false })
    const owner = this.#given.groupOwner(this.#journal)
    const group = await Group.join(owner, id, plaintext, ref => keys.find(ref))
    if (!group.members.some(({ hash }) => equalBytes(hash, welcome.from)))
      throw new ChatError('bad-message', 'The device that invited this one is not a member of the group.')
    this.#group = group
    await keys.used(welcome.ref)
    this.#owner.changed()
  }

  /** Resends what may not have arrived before a restart. */
  async start(): Promise<void> {
    const { history } = this.#owner
    if (this.#group && this.#room.welcome) await this.#given.keys.used(this.#room.welcome.ref)
    if (this.#group?.pending && history.wishes.commit)
      this.#postChange(history.wishes.commit.clientId, this.#group.pending.bytes)
    for (const welcoming of history.wishes.welcomings) {
      // Its commit is read first, if that was interrupted.
      const isRead = !this.#group?.pending || !isOf(welcoming, history.wishes.commit)
      if (isRead) this.#welcome(welcoming)
    }
    this.changes.start()
  }

  close(): void {
    this.#closing.abort()
    this.changes.close()
  }

  /** Encrypts a message, or returns its bytes from before a restart. Rejects with `removed`. */
  async encrypt(kept: Kept): Promise<Uint8Array> {
    const group = this.#checkMember()
    const { clientId, commitment } = kept
    const envelope = { kind: 'message', commitment } as const
    const sent = group.sent.find(({ id }) => equalBytes(id, clientId))
    const binding = bindingOf({ room: this.#room.id, clientId }, envelope)
    const ciphertext = sent?.bytes ?? (await group.encrypt(clientId, plaintextOf(kept), binding))
    return encodeEnvelope({ ...envelope, ciphertext })
  }

  /**
   * Opens messages of other devices, in the order of the log. `read` reads one, and may throw;
   * `keep` stores all that were read. `isAhead`: deletes no keys, so that they can be opened again.
   * Returns the errors of the others.
   */
  async open<Entry extends { readonly entry: RoomEntry; readonly envelope: Envelope }, Read>(
    entries: readonly Entry[],
    read: (opened: OpenedMessage, entry: Entry) => Read,
    { keep, isAhead = false }: { keep(read: readonly Read[]): Promise<void>; readonly isAhead?: boolean },
  ): Promise<readonly ChatError[]> {
    const group = this.#group
    if (!group) throw new ChatError('unknown-epoch', 'This device has not joined the group yet.')
    const sealed = entries.map(({ entry: { clientId }, envelope }) => ({
      bytes: envelope.ciphertext,
      binding: bindingOf({ room: this.#room.id, clientId }, envelope),
    }))
    const judge = (opened: OpenedMessage, at: number) => {
      // All who can open it reach the same result: entries are read in the order of the log.
      if (opened.epoch !== group.epoch && !this.has(opened.sender.hash))
        throw new ChatError('bad-message', 'The sender was removed before this message came.')
      return read(opened, entries[at]!)
    }
    return group.openAll(sealed, judge, { keep, isAhead })
  }

  /**
   * Returns true if an own message, received directly, is in the log after the removal of this
   * device: members who read it there refuse it.
   */
  isRefused(device: Uint8Array): boolean {
    return this.#group !== null && !this.has(device)
  }

  /** Returns whether this device is a member. */
  has(device: Uint8Array): boolean {
    return this.#group?.members.some(({ hash }) => equalBytes(hash, device)) ?? false
  }

  /**
   * An own message has a place in the log. Returns true if some members may not be able to read it
   * there: they were added since it was encrypted, or someone put other bytes under its id.
   */
  isUnreadable(clientId: Uint8Array, bytes: Uint8Array): boolean {
    const group = this.#group
    if (!group) return false
    const sent = group.sent.find(({ id }) => equalBytes(id, clientId))
    return (sent && !equalBytes(sent.bytes, bytes)) || group.epochOf(bytes) < group.epoch
  }

  /** Forgets the bytes of a message that is in the log. */
  async delivered(clientId: Uint8Array): Promise<void> {
    await this.#group?.delivered(clientId)
  }

  /** Reads a change of the group, in the order of the log. */
  async receive({ place }: RoomEntry, { kind, ciphertext: read }: Envelope): Promise<void> {
    const group = this.#group
    if (!group || !place) return
    const { history } = this.#owner
    const ciphertext = kind === 'parts' ? history.parts.join(group.epoch, read) : read
    if (!ciphertext) return
    const pending = group.pending
    const isOwn = pending !== null && equalBytes(ciphertext, pending.bytes)
    const commit = history.wishes.commit
    const isWelcoming = isOwn && pending.welcome !== null && commit !== null
    if (isWelcoming && !history.wishes.isWelcoming(commit.welcomeId)) {
      const { welcomeId, welcomeKey } = commit
      const { random } = this.#given.ports
      const invited = commit.added.map(added => ({ ...added, invitationId: random.bytes(16) }))
      await this.#makeRoom()
      await history.wishes.welcome({ welcomeId, welcomeKey, place, welcome: pending.welcome, invited })
    }
    const members = new Set(group.members.map(({ hash }) => latin1(hash)))
    const outcome = await group.receive(ciphertext)
    if (outcome.kind === 'ignored') {
      if (outcome.by) this.#owner.problem(refusedChange(outcome.by, outcome.reason))
      return
    }
    history.parts.enter(group.epoch)
    const nowMs = this.#given.ports.clock.unixMs()
    for (const { hash } of group.members)
      if (!members.has(latin1(hash))) await history.signs.heard(hash, nowMs)
    if (outcome.kind === 'changed' && !isOwn) await history.signs.heard(outcome.by.hash, nowMs)
    if (isOwn) {
      await this.changes.made(outcome.kind === 'changed' && outcome.isRenewed)
      const welcoming = history.wishes.welcomings.find(each => isWelcoming && isOf(each, commit))
      if (welcoming) this.#welcome(welcoming)
    }
    if (group.isMember) this.#owner.renewed(isOwn ? 0 : this.#given.ports.random.below(RENEW_MS))
    this.#owner.changed()
    this.changes.advance()
  }

  /** Stores a part of a change that is too large for one entry. */
  async keepPart({ place }: RoomEntry, { ciphertext }: Envelope): Promise<void> {
    if (this.#group && place) await this.#owner.history.parts.add(this.#group.epoch, ciphertext)
  }

  /**
   * Appends a commit, or the proposal to leave, unless it is obsolete. Always sends the same bytes:
   * two commits of one epoch would use one key twice.
   */
  #postChange(clientId: Uint8Array, ciphertext: Uint8Array): void {
    const group = this.#group!
    const { epoch } = group
    const { commit } = this.#owner.history.wishes
    const secret = commit && equalBytes(commit.clientId, clientId) ? commit.welcomeKey : clientId
    const isWanted = () => group === this.#group && group.isMember && group.epoch === epoch
    this.#post(entriesOfChange(clientId, ciphertext, secret), isWanted).catch(error => this.#failed(error))
  }

  /** Appends entries in sequence. Refused ones are retried with growing delays. */
  async #post(entries: readonly NewEntry[], isWanted: () => boolean): Promise<void> {
    let hasFailed = false
    for (const { clientId, bytes } of entries)
      for (let pauseMs = REFUSED_MS.first; isWanted(); pauseMs = Math.min(2 * pauseMs, REFUSED_MS.longest))
        try {
          await this.#owner.post(clientId, bytes)
          break
        } catch (error) {
          if (this.#isClosed || (error as { code?: string }).code === 'closed') throw error
          if (!hasFailed) this.#refused(error as Error)
          hasFailed = true
          await delay(this.#given.ports.clock, pauseMs, this.#closing.signal)
        }
  }

  #refused(cause: Error): void {
    const message = `The hub does not take a change of this group, which is tried again: ${cause.message}`
    const error = new ChatError('refused', message, { cause })
    this.#owner.problem(error)
    this.changes.refused(error)
  }

  /**
   * Sends the welcome, and then the invitations until all have arrived. Other commits wait for the
   * welcome only.
   */
  #welcome(welcoming: Welcoming): void {
    const { wishes } = this.#owner.history
    const { welcomeId, welcomeKey, welcome } = welcoming
    const run = async () => {
      if (welcome) {
        const entries = entriesOfWelcome(this.#room.id, welcomeId, welcomeKey, welcome)
        await this.#post(entries, () => true)
        await this.#owner.inTurn(() => wishes.welcome({ ...welcoming, welcome: null }))
        this.changes.advance()
      }
      await this.#invite(welcoming)
      await this.#owner.inTurn(() => wishes.welcomed(welcomeId))
      this.changes.advance()
    }
    run().catch(error => this.#failed(error))
  }

  /**
   * Sends invitations once the welcome is in the log: the newest secret of this moment can read the
   * log up to there, even if others change the secret.
   */
  async #invite(welcoming: Welcoming): Promise<void> {
    const { suite, credential, signer, ports } = this.#given
    const { wishes } = this.#owner.history
    const { welcomeId, welcomeKey, place, invited } = welcoming
    const { name, home } = this.#room
    const { secret, epoch } = this.#access[0]!
    const fields = writeInvitation({
      ...{ name, accessSecret: secret, accessEpoch: epoch },
      ...{ place, welcomeId, welcomeKey },
    })
    const by = { credential, signer }
    // Removed before the invitation arrived.
    const waiting = new Set(invited.filter(({ device }) => this.has(device)))
    const cancel = ports.clock.after(INVITED_MS, () => {
      for (const each of waiting)
        this.#notInvited(each, 'does not get the invitation yet, which is sent again')
      const left = async () => {
        if (wishes.isWelcoming(welcomeId))
          await wishes.welcome({ ...welcoming, welcome: null, invited: [...waiting] })
      }
      this.#owner.inTurn(left).catch(error => this.#failed(error))
    })
    const sent = [...waiting].map(async each => {
      const { did, device, ref, initKey, invitationId } = each
      const bytes = await sealNote(suite, 'invitation', { ref, initKey }, fields, by)
      const outcome = await ports.inboxes.deliver({ did, device }, home, invitationId, bytes)
      waiting.delete(each)
      if (outcome === 'refused') this.#notInvited(each, UNREACHABLE)
    })
    try {
      await Promise.all(sent)
    } finally {
      cancel()
    }
  }

  /** Members who do not accept invitations must not block other changes of this device. */
  async #makeRoom(): Promise<void> {
    const { wishes } = this.#owner.history
    const { welcomings } = wishes
    const [oldest] = welcomings
    if (!oldest || welcomings.length < MAX_WELCOMINGS) return
    for (const each of oldest.invited) this.#notInvited(each, UNREACHABLE)
    await wishes.welcomed(oldest.welcomeId)
  }

  #notInvited({ did, device }: Invited, why: string): void {
    const name = this.#group?.members.find(({ hash }) => equalBytes(hash, device))?.device.name
    if (name !== undefined)
      this.#owner.problem(new ChatError('not-invited', `The device ${name} of ${did} ${why}.`))
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  #failed(error: unknown): void {
    if (!this.#isClosed && (error as { code?: string }).code !== 'closed') this.#owner.problem(error)
  }

  #checkMember(): Group {
    if (!this.#group?.isMember) throw new ChatError('removed', 'This device is not a member of the group.')
    return this.#group
  }
}

function isOf({ welcomeId }: Welcoming, commit: MadeCommit | null): boolean {
  return commit !== null && equalBytes(welcomeId, commit.welcomeId)
}

function refusedChange({ did }: GroupMember, reason: string): ChatError {
  return new ChatError('not-allowed', `A change of the group by ${did} was refused: ${reason}.`)
}

function badWelcome(cause?: unknown): ChatError {
  return new ChatError('bad-message', 'The welcome of this group cannot be opened: ask to be added again.', {
    cause,
  })
}
