/**
 * A closed group: MLS (RFC 9420) with one leaf per device. The order of entries comes from a log;
 * the first valid commit of each epoch in it counts. Only members add members. There are no
 * external commits, and proposals have no effect except for leaving.
 */
import { equalBytes } from '@shoal/torrent/base'
import {
  type ClientConfig,
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  createProposal,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  joinGroup,
  type MLSMessage,
  type PrivateMessage,
  type Proposal,
  processPrivateMessage,
  type Welcome,
  zeroOutUint8Array,
} from 'ts-mls'
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js'
import { ChatError } from '../chat-error.ts'
import { readCredential } from './credential.ts'
import { exportSecret } from './export-secret.ts'
import { type GroupMember, groupMembers, memberAt, membersOf } from './group-members.ts'
import {
  type AccessSecret,
  type GroupJournal,
  type PendingCommit,
  type RestoredGroup,
  restoreRecords,
  type SentMessage,
  wholeRecords,
} from './group-records.ts'
import { HandshakeCipher } from './handshake-cipher.ts'
import { JournaledState } from './journaled-state.ts'
import { judgeCommit, judgeProposal } from './judge-commit.ts'
import {
  type ForeignKeyPackage,
  makeKeyPackage,
  type OwnDevice,
  type OwnKeyPackage,
  readOwnKeyPackage,
} from './key-packages.ts'
import { type GroupPolicy, policyExtensions, readPolicy } from './policy.ts'
import type { Suite } from './suite.ts'

/** Dependencies of a group. */
export interface GroupOwner {
  readonly suite: Suite
  readonly device: OwnDevice
  readonly journal: GroupJournal
  /** Unix time in seconds. */
  now(): number
  randomBytes(length: number): Uint8Array
}

export type GroupChange =
  | { readonly kind: 'add'; readonly device: ForeignKeyPackage }
  | { readonly kind: 'remove'; readonly leaf: number }
  | { readonly kind: 'policy'; readonly policy: GroupPolicy }

/**
 * `message`: from a member. `changed`: a member's commit, or the own one, began a new epoch; `lost`
 * if a commit of this device did not win, `isRenewed` if the winning one gave its leaf another key:
 * those that only add do not. `leaving`: the member asks others to commit that. `ignored`: it has
 * no effect; `by` is the member who violated the rules.
 */
export type Opened =
  | {
      readonly kind: 'message'
      readonly sender: GroupMember
      readonly epoch: bigint
      readonly content: Uint8Array
    }
  | {
      readonly kind: 'changed'
      readonly by: GroupMember
      readonly lost: boolean
      readonly isRenewed: boolean
    }
  | { readonly kind: 'leaving'; readonly sender: GroupMember }
  | { readonly kind: 'ignored'; readonly reason: string; readonly by?: GroupMember }

export type OpenedMessage = Opened & { readonly kind: 'message' }

export interface Commit {
  readonly bytes: Uint8Array
  /** For added members. Null if there are none. */
  readonly welcome: Uint8Array | null
}

/**
 * Messages read newest first, or late, can still be opened: limits of skipped messages per sender,
 * and of past epochs.
 */
const RETENTION = {
  retainKeysForGenerations: 4096,
  retainKeysForEpochs: 32,
  maximumForwardRatchetSteps: 4096,
}
const NO_BYTES = new Uint8Array()

/**
 * The validity of a commit depends only on the state of the group: members who know different
 * device lists must agree. A member who learns that a device was removed removes it from the group
 * by a commit.
 */
const CONFIG: ClientConfig = {
  keyRetentionConfig: RETENTION,
  // The validity period of a key package is checked when it is read.
  lifetimeConfig: { maximumTotalLifetime: 2n ** 62n, validateLifetimeOnReceive: false },
  keyPackageEqualityConfig: {
    compareKeyPackages: (one, other) =>
      equalBytes(one.leafNode.signaturePublicKey, other.leafNode.signaturePublicKey),
    compareKeyPackageToLeafNode: (one, leaf) =>
      equalBytes(one.leafNode.signaturePublicKey, leaf.signaturePublicKey),
  },
  // Contents are padded before encryption.
  paddingConfig: { kind: 'alwaysPad', paddingLength: 0 },
  authService: {
    async validateCredential(credential, signaturePublicKey) {
      if (credential.credentialType !== 'basic') return false
      try {
        const device = readCredential(credential.identity)
        return equalBytes(device.device.messageKey, signaturePublicKey)
      } catch {
        return false
      }
    },
  },
}

/**
 * For messages that are read ahead: does not keep the keys of skipped ones, which would be copied
 * each time.
 */
const AHEAD: ClientConfig = {
  ...CONFIG,
  keyRetentionConfig: { ...RETENTION, retainKeysForGenerations: 1, maximumForwardRatchetSteps: 100_000 },
}

export class Group {
  readonly #owner: GroupOwner
  readonly #journaled: JournaledState
  readonly #handshakes: HandshakeCipher
  /** The last operation. Each waits for the previous one. */
  #last: Promise<unknown> = Promise.resolve()

  /** Creates a group with this device as its only member. `id`: the id of its room. */
  static async create(owner: GroupOwner, id: Uint8Array, policy: GroupPolicy): Promise<Group> {
    const own = await makeKeyPackage(owner.suite, owner.device, { unixSeconds: owner.now() })
    const extensions = policyExtensions(policy)
    const state = await createGroup(id, readOwnKeyPackage(own), own.keys, extensions, owner.suite, CONFIG)
    return Group.#begin(owner, state)
  }

  /**
   * Joins the group `id` by the welcome that another member's commit made. `find` returns the key
   * package with a ref. Rejects with `bad-message` if the welcome is not for this device, with
   * `bad-credential` or `bad-policy` if the group has invalid members or rules.
   */
  static async join(
    owner: GroupOwner,
    id: Uint8Array,
    bytes: Uint8Array,
    find: (ref: Uint8Array) => OwnKeyPackage | null,
  ): Promise<Group> {
    const welcome = readWelcome(bytes)
    const own = welcome.secrets.map(({ newMember }) => find(newMember)).find(each => each !== null)
    if (!own) throw badMessage('the welcome is not for this device')
    const { suite } = owner
    const keyPackage = readOwnKeyPackage(own)
    const joined = await joinGroup(
      welcome,
      keyPackage,
      own.keys,
      emptyPskIndex,
      suite,
      undefined,
      undefined,
      CONFIG,
    ).catch(cause => {
      throw badMessage('the welcome cannot be opened, or a member of the group is not who it says', cause)
    })
    if (!equalBytes(joined.groupContext.groupId, id)) throw badMessage('the welcome is for another group')
    readPolicy(joined.groupContext.extensions)
    return Group.#begin(owner, joined)
  }

  /**
   * Restores a group from the records of its journal. Throws `bad-argument` if they are damaged.
   */
  static restore(owner: GroupOwner, records: Iterable<Uint8Array>): Group {
    return new Group(owner, restoreRecords(records, CONFIG))
  }

  static async #begin(owner: GroupOwner, state: ClientState): Promise<Group> {
    const restored: RestoredGroup = { state, pending: null, sent: [], access: [] }
    await owner.journal.replace(wholeRecords(restored))
    return new Group(owner, restored)
  }

  private constructor(owner: GroupOwner, restored: RestoredGroup) {
    this.#owner = owner
    this.#journaled = new JournaledState(owner.journal, owner.suite, restored)
    this.#handshakes = new HandshakeCipher(owner.suite, length => owner.randomBytes(length))
  }

  get id(): Uint8Array {
    return this.#journaled.state.groupContext.groupId
  }

  get epoch(): bigint {
    return this.#journaled.state.groupContext.epoch
  }

  get policy(): GroupPolicy {
    return readPolicy(this.#journaled.state.groupContext.extensions)
  }

  get members(): readonly GroupMember[] {
    return membersOf(this.#journaled.state.ratchetTree)
  }

  /**
   * Secrets of the room's tokens, newest first. Each epoch that began with a removal has a new one.
   * Empty before the first removal seen by this device.
   */
  get access(): readonly AccessSecret[] {
    return this.#journaled.access
  }

  /** False after a commit removed this device. */
  get isMember(): boolean {
    return this.#journaled.state.groupActiveState.kind === 'active'
  }

  /** True after `leave`, until the next epoch. */
  get isLeaving(): boolean {
    return this.leaving.includes(this.#journaled.state.privatePath.leafIndex)
  }

  /** Leaves of members who asked to leave in this epoch: the next commit removes them. */
  get leaving(): readonly number[] {
    return leavingOf(this.#journaled.state)
  }

  /** Returns the epoch of a message encrypted by this device. Throws `bad-message`. */
  epochOf(bytes: Uint8Array): bigint {
    return this.#readPrivate(bytes).epoch
  }

  /** The pending commit without a place in the log: to be resent after a restart. */
  get pending(): Commit | null {
    const { pending } = this.#journaled
    return pending && { bytes: pending.bytes, welcome: pending.welcome }
  }

  /** Messages without `delivered`, to be resent after a restart. Receivers ignore repetitions. */
  get sent(): readonly SentMessage[] {
    return this.#journaled.sent
  }

  /**
   * Encrypts a message. `id`: of its entry in the log, 16 bytes. `binding`: data of the surrounding
   * entry to authenticate; `open` receives the same. Rejects with `removed`.
   */
  encrypt(id: Uint8Array, content: Uint8Array, binding: Uint8Array = NO_BYTES): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#checkMember()
      const before = this.#journaled.state
      const { newState, privateMessage, consumed } = await createApplicationMessage(
        before,
        content,
        this.#owner.suite,
        binding,
      )
      const message = { id, bytes: encodePrivate(privateMessage) }
      await this.#journaled.encrypted(newState, message)
      consumed.forEach(zeroOutUint8Array)
      return message.bytes
    })
  }

  /** Forgets a message that the log has. */
  delivered(id: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#journaled.delivered(id))
  }

  /**
   * Opens a message of another member, in any order. Rejects with `unknown-epoch` if the epoch has
   * not begun on this device, or its keys were deleted, with `repeated` if it was opened before or
   * is one of this device's, and with `bad-message`.
   */
  async open(bytes: Uint8Array, binding: Uint8Array = NO_BYTES): Promise<OpenedMessage> {
    const messages: OpenedMessage[] = []
    const [error] = await this.openAll([{ bytes, binding }], opened => void messages.push(opened), {
      keep: async () => {},
    })
    if (error) throw error
    return messages[0]!
  }

  /**
   * Opens messages, each like `open`. `read` receives each with its number; if it throws, the
   * message was not opened. `keep` stores those that were read, before any of their keys is
   * deleted; if it rejects, all can be opened again. `isAhead`: all can be opened again in any
   * case, and any number of earlier messages is skipped. Returns the errors of the others.
   */
  openAll<Read>(
    sealed: readonly { readonly bytes: Uint8Array; readonly binding: Uint8Array }[],
    read: (opened: OpenedMessage, at: number) => Read,
    { keep, isAhead = false }: { keep(read: readonly Read[]): Promise<void>; readonly isAhead?: boolean },
  ): Promise<readonly ChatError[]> {
    return this.#inTurn(async () => {
      const before = this.#journaled.state
      let state = isAhead ? { ...before, clientConfig: AHEAD } : before
      const [results, errors, consumed]: [Read[], ChatError[], Uint8Array[]] = [[], [], []]
      for (const [at, { bytes, binding }] of sealed.entries()) {
        try {
          const message = this.#readPrivate(bytes)
          if (message.contentType !== 'application') throw badMessage('it is not a message')
          if (!equalBytes(message.authenticatedData, binding))
            throw badMessage('the entry around it was changed')
          const opened = await openMessage(state, message, this.#owner.suite)
          results.push(read(opened.result, at))
          state = opened.next
          consumed.push(...opened.consumed)
        } catch (error) {
          errors.push(error instanceof ChatError ? error : badMessage('its form is unknown', error))
        }
      }
      await keep(results)
      if (isAhead) return errors
      await this.#journaled.opened(state)
      consumed.forEach(zeroOutUint8Array)
      return errors
    })
  }

  /**
   * Makes a commit. It counts when `receive` gets it as the first valid one of this epoch; until
   * then, the group continues as before. Rejects with `commit-pending` if there is a pending one:
   * two in one epoch would use one key twice; with `not-allowed` and the reason if the rules forbid
   * the changes.
   */
  commit(changes: readonly GroupChange[]): Promise<Commit> {
    return this.#inTurn(async () => {
      this.#checkMember()
      if (this.#journaled.pending)
        throw new ChatError(
          'commit-pending',
          'A change of the group is on its way: try again when it has arrived.',
        )
      const before = this.#journaled.state
      if (this.isLeaving) throw new ChatError('not-allowed', 'This device is leaving the group.')
      const { suite } = this.#owner
      const leaving = leavingOf(before)
      const extraProposals = changes
        .filter(change => change.kind !== 'remove' || !leaving.includes(change.leaf))
        .map(proposalOf)
      const own = before.privatePath.leafIndex
      const proposed = extraProposals.map(proposal => ({ proposal, senderLeafIndex: own }))
      const why = judgeCommit(groupMembers(before), own, proposed, readCredential)
      if (why !== null) throw new ChatError('not-allowed', `The group does not allow this: ${why}.`)
      const made = await createCommit(
        { state: before, cipherSuite: suite },
        { extraProposals, ratchetTreeExtension: true },
      ).catch(cause => {
        throw new ChatError('bad-argument', 'These changes of the group are impossible', { cause })
      })
      const pending: PendingCommit = {
        bytes: await this.#handshakes.wrap(before, encodeMlsMessage(made.commit)),
        welcome: made.welcome
          ? encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: made.welcome })
          : null,
        next: made.newState,
      }
      await this.#journaled.committing(pending)
      return { bytes: pending.bytes, welcome: pending.welcome }
    })
  }

  /**
   * Makes a proposal to remove this device, to be included in the next commit of another member;
   * this device makes no further commit in that epoch. If a commit without it was already on its
   * way, the device is still a member in the next epoch, and proposes it again. Rejects with
   * `commit-pending`.
   */
  leave(): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#checkMember()
      if (this.#journaled.pending)
        throw new ChatError(
          'commit-pending',
          'A change of the group is on its way: leave when it has arrived.',
        )
      const before = this.#journaled.state
      const removed = before.privatePath.leafIndex
      const proposal: Proposal = { proposalType: 'remove', remove: { removed } }
      const { newState, message } = await createProposal(before, false, proposal, this.#owner.suite)
      const bytes = await this.#handshakes.wrap(before, encodeMlsMessage(message))
      await this.#journaled.proposed(newState)
      return bytes
    })
  }

  /** Receives a commit or proposal, in the order of the log. */
  receive(bytes: Uint8Array): Promise<Opened> {
    return this.#inTurn(async () => {
      if (!this.isMember) return ignored('this device is not a member any more')
      const { pending } = this.#journaled
      if (pending && equalBytes(bytes, pending.bytes)) return this.#adopt(pending)
      const inner = await this.#handshakes.unwrap(this.#journaled.state, bytes)
      if (!inner) return ignored('it is not of this epoch')
      try {
        const message = this.#readPrivate(inner)
        if (message.epoch !== this.epoch) return ignored('it is not of this epoch')
        if (message.contentType === 'application') return ignored('it is not a change of the group')
        return await this.#process(message)
      } catch (error) {
        return ignored(error instanceof ChatError ? error.message : 'it is not valid')
      }
    })
  }

  /** Derives a secret of this epoch for another use (RFC 9420, 8.5). */
  export(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return exportSecret(this.#journaled.state, this.#owner.suite, label, context, length)
  }

  /** Returns the records of its complete state, to replace its journal. */
  records(): readonly Uint8Array[] {
    return this.#journaled.records()
  }

  async #process(message: PrivateMessage): Promise<Opened> {
    const before = this.#journaled.state
    const members = groupMembers(before)
    let why: string | null = null
    let by: number | undefined
    const isCommit = message.contentType === 'commit'
    const result = await processPrivateMessage(
      before,
      message,
      emptyPskIndex,
      this.#owner.suite,
      incoming => {
        if (incoming.kind === 'commit') {
          by = incoming.senderLeafIndex
          why = judgeCommit(members, by, incoming.proposals, readCredential)
        } else {
          by = incoming.proposal.senderLeafIndex
          why = judgeProposal(incoming.proposal)
        }
        return why === null ? 'accept' : 'reject'
      },
    )
    const sender = by === undefined ? null : members.at(by)
    if (why !== null) return { kind: 'ignored', reason: why, ...(sender && { by: { ...sender, leaf: by! } }) }
    if (!sender || result.kind !== 'newState') return ignored('it is not of a member')
    const member = { ...sender, leaf: by! }
    // A commit with two of these for one member would be invalid (RFC 9420, 12.2).
    if (!isCommit && this.leaving.includes(by!)) return ignored('the member is leaving already')
    if (!isCommit) {
      await this.#journaled.proposed(result.newState)
      return { kind: 'leaving', sender: member }
    }
    const after = memberAt(result.newState.ratchetTree, by!)
    // A device with a new key is a new leaf.
    if (!after || !equalBytes(after.hash, sender.hash))
      return ignored('a commit cannot change the key of its device')
    const lost = this.#journaled.pending !== null
    await this.#journaled.enter(result.newState)
    return { kind: 'changed', by: member, lost, isRenewed: false }
  }

  async #adopt(pending: PendingCommit): Promise<Opened> {
    const by = memberAt(this.#journaled.state.ratchetTree, this.#journaled.state.privatePath.leafIndex)!
    const isRenewed = !equalBytes(leafKeyOf(this.#journaled.state), leafKeyOf(pending.next))
    await this.#journaled.enter(pending.next)
    return { kind: 'changed', by, lost: false, isRenewed }
  }

  #readPrivate(bytes: Uint8Array): PrivateMessage {
    const message = decodeWhole(bytes)
    // External commits and proposals are never encrypted: all such messages are refused.
    if (message?.wireformat !== 'mls_private_message') throw badMessage('it is not encrypted for a group')
    if (!equalBytes(message.privateMessage.groupId, this.id)) throw badMessage('it is of another group')
    return message.privateMessage
  }

  #checkMember(): void {
    if (!this.isMember) throw new ChatError('removed', 'This device is not a member of the group any more.')
  }

  /** Runs operations in sequence: each builds on the state left by the previous one. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    this.#last = result.catch(() => {})
    return result
  }
}

/** Returns the key with which others encrypt for this device. */
function leafKeyOf({ ratchetTree, privatePath }: ClientState): Uint8Array {
  const node = ratchetTree[2 * privatePath.leafIndex]
  return node?.nodeType === 'leaf' ? node.leaf.hpkePublicKey : NO_BYTES
}

/** Returns the state without the message's key, and that key. */
async function openMessage(state: ClientState, message: PrivateMessage, suite: Suite) {
  const { epoch } = message
  const isNow = epoch === state.groupContext.epoch
  const data = isNow
    ? { ...state, senderDataSecret: state.keySchedule.senderDataSecret }
    : state.historicalReceiverData.get(epoch)
  if (!data)
    throw new ChatError('unknown-epoch', 'The message is of an epoch that this device has no keys for.')
  const { senderDataSecret, secretTree, ratchetTree, groupContext } = data
  const { keyRetentionConfig } = state.clientConfig
  const { content, tree, consumed } = await unprotectPrivateMessage(
    ...([senderDataSecret, message, secretTree, ratchetTree] as const),
    ...([groupContext, keyRetentionConfig, suite] as const),
  ).then(
    ({ content: { content }, ...opened }) => ({ content, ...opened }),
    cause => {
      throw (cause as Error).message === 'Desired gen in the past'
        ? new ChatError('repeated', 'The message was opened before.', { cause })
        : badMessage('it is damaged, or not from a member', cause)
    },
  )
  if (content.contentType !== 'application' || content.sender.senderType !== 'member')
    throw badMessage('it is not a message of a member')
  const sender = memberAt(ratchetTree, content.sender.leafIndex)
  if (!sender) throw badMessage('it is not from a member')
  const result: OpenedMessage = { kind: 'message', sender, epoch, content: content.applicationData }
  if (isNow) return { result, consumed, next: { ...state, secretTree: tree } }
  const historicalReceiverData = new Map(state.historicalReceiverData)
  historicalReceiverData.set(epoch, { ...historicalReceiverData.get(epoch)!, secretTree: tree })
  return { result, consumed, next: { ...state, historicalReceiverData } }
}

function leavingOf({ unappliedProposals }: ClientState): readonly number[] {
  return Object.values(unappliedProposals).flatMap(({ senderLeafIndex }) => senderLeafIndex ?? [])
}

function proposalOf(change: GroupChange): Proposal {
  switch (change.kind) {
    case 'add':
      return { proposalType: 'add', add: { keyPackage: change.device.keyPackage } }
    case 'remove':
      return { proposalType: 'remove', remove: { removed: change.leaf } }
    case 'policy': {
      const extensions = policyExtensions(change.policy)
      return { proposalType: 'group_context_extensions', groupContextExtensions: { extensions } }
    }
  }
}

function readWelcome(bytes: Uint8Array): Welcome {
  const message = decodeWhole(bytes)
  if (message?.wireformat !== 'mls_welcome') throw badMessage('it is not a welcome')
  return message.welcome
}

function decodeWhole(bytes: Uint8Array): MLSMessage | null {
  try {
    const [message, length] = decodeMlsMessage(bytes, 0) ?? []
    return message && length === bytes.length ? message : null
  } catch {
    return null
  }
}

function encodePrivate(privateMessage: PrivateMessage): Uint8Array {
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage })
}

function ignored(reason: string): Opened {
  return { kind: 'ignored', reason }
}

function badMessage(why: string, cause?: unknown): ChatError {
  return new ChatError('bad-message', `This entry of the group cannot be opened: ${why}.`, { cause })
}
