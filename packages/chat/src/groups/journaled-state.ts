/**
 * The state of a group, in step with its journal, which receives each change before it takes
 * effect.
 */
import type { ClientState } from 'ts-mls'
import { exportSecret } from './export-secret.ts'
import { isAnyoneRemoved } from './group-members.ts'
import {
  type AccessSecret,
  continueState,
  type GroupJournal,
  groupRecords,
  type PendingCommit,
  type RestoredGroup,
  type SentMessage,
  wholeRecords,
} from './group-records.ts'
import { diffRatchets } from './ratchets.ts'
import type { Suite } from './suite.ts'

const ACCESS_LABEL = 'shoal access'
const ACCESS_BYTES = 32
/** Former ones to keep, in case a hub has not received the later ones. */
const MAX_ACCESS = 8

export class JournaledState {
  readonly #journal: GroupJournal
  readonly #suite: Suite
  #state: ClientState
  #pending: PendingCommit | null
  readonly #sent: Map<string, SentMessage>
  #access: readonly AccessSecret[]

  constructor(journal: GroupJournal, suite: Suite, { state, pending, sent, access }: RestoredGroup) {
    this.#journal = journal
    this.#suite = suite
    this.#state = state
    this.#pending = pending
    this.#sent = new Map(sent.map(message => [String(message.id), message]))
    this.#access = access
  }

  get state(): ClientState {
    return this.#state
  }

  get pending(): PendingCommit | null {
    return this.#pending
  }

  get sent(): readonly SentMessage[] {
    return [...this.#sent.values()]
  }

  get access(): readonly AccessSecret[] {
    return this.#access
  }

  /** A message was encrypted, whose key `next` no longer has. */
  async encrypted(next: ClientState, message: SentMessage): Promise<void> {
    const { groupContext, secretTree } = this.#state
    const ratchets = diffRatchets(secretTree, next.secretTree)
    await this.#journal.append(groupRecords.sent(groupContext.epoch, ratchets, message))
    this.#state = next
    this.#sent.set(String(message.id), message)
  }

  /** The log has an encrypted message. */
  async delivered(id: Uint8Array): Promise<void> {
    if (this.#sent.delete(String(id))) await this.#journal.append(groupRecords.delivered(id))
  }

  /** Messages were opened, whose keys `next` no longer has. */
  async opened(next: ClientState): Promise<void> {
    await Promise.all(changedRatchets(this.#state, next).map(record => this.#journal.append(record)))
    this.#state = next
  }

  /** A member proposed to leave, in the same epoch. */
  async proposed(next: ClientState): Promise<void> {
    await this.#journal.append(groupRecords.epoch(next, this.#state.ratchetTree))
    this.#state = next
  }

  /** A commit of this device awaits its place in the log. */
  async committing(pending: PendingCommit): Promise<void> {
    await this.#journal.append(groupRecords.commit(pending, this.#state.ratchetTree))
    this.#pending = pending
  }

  /** Starts an epoch. It rewrites the journal, without the keys that are deleted now. */
  async enter(next: ClientState): Promise<void> {
    const state = continueState(this.#state, next)
    const sent = this.sent
    const access = await this.#accessAfter(next)
    await this.#journal.replace(wholeRecords({ state, pending: null, sent, access }))
    this.#state = state
    this.#access = access
    this.#pending = null
  }

  /** Returns the records of the complete state, to replace the journal. */
  records(): Uint8Array[] {
    return wholeRecords({
      ...{ state: this.#state, pending: this.#pending },
      ...{ sent: this.sent, access: this.#access },
    })
  }

  /** A removed device knows the secrets so far, and none of a later epoch. */
  async #accessAfter(next: ClientState): Promise<readonly AccessSecret[]> {
    if (next.groupActiveState.kind !== 'active') return this.#access
    if (!isAnyoneRemoved(this.#state.ratchetTree, next.ratchetTree)) return this.#access
    const secret = await exportSecret(
      next,
      this.#suite,
      ACCESS_LABEL,
      next.groupContext.groupId,
      ACCESS_BYTES,
    )
    const epoch = Number(next.groupContext.epoch)
    return [{ epoch, secret }, ...this.#access].slice(0, MAX_ACCESS)
  }
}

/** Returns records of the keys that were deleted between two states of one epoch. */
function changedRatchets(before: ClientState, after: ClientState): Uint8Array[] {
  const records = []
  for (const [epoch, { secretTree }] of after.historicalReceiverData) {
    const old = before.historicalReceiverData.get(epoch)!.secretTree
    if (old !== secretTree) records.push(groupRecords.opened(epoch, diffRatchets(old, secretTree)))
  }
  if (before.secretTree !== after.secretTree)
    records.push(
      groupRecords.opened(after.groupContext.epoch, diffRatchets(before.secretTree, after.secretTree)),
    )
  return records
}
