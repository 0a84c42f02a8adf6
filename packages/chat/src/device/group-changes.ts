/**
 * Changes of a closed group made by one of its devices: repeats commits for requested changes and
 * for new devices until the group is in the desired state.
 */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { GroupDevice } from '../groups/credential.ts'
import type { Group, GroupChange } from '../groups/group.ts'
import type { GroupMember } from '../groups/group-members.ts'
import type { ForeignKeyPackage } from '../groups/key-packages.ts'
import { decodePolicy, encodePolicy, type GroupPolicy } from '../groups/policy.ts'
import type { Given } from './given.ts'
import type { History } from './history.ts'
import { OthersKeys } from './others-keys.ts'
import { askBack } from './return-request.ts'
import { RENEW_MS } from './signs-of-life.ts'
import type { Intent } from './wishes.ts'

const RETRY_MS = 5000
/**
 * Most bytes of credentials that a commit adds: the rest of the devices are added by further
 * commits.
 */
const MAX_ADDED_BYTES = 1 << 20
/** A new device publishes its key packages some time after it is in the device list. */
const LACKING_MS = 600_000
/** Members wait for a random time before they commit another's departure: one commit suffices. */
const LEAVE_MS = 3000
/**
 * Interval at which the group is checked for leaves to renew and silent devices; the first check
 * comes after this device has had time to catch up.
 */
const UPKEEP_MS = { first: 600_000, spread: 3_000_000, next: 6 * 3_600_000 }

export interface GroupChangesOwner {
  readonly history: History
  /** Returns null before this device has joined. */
  group(): Group | null
  /** Runs after all work started before. */
  inTurn<T>(run: () => Promise<T>): Promise<T>
  /** Appends a handshake to the log, however long it takes. */
  post(clientId: Uint8Array, ciphertext: Uint8Array): void
  problem(error: unknown): void
}

interface Step {
  readonly intent: Intent | null
  readonly add: readonly ForeignKeyPackage[]
  readonly remove: readonly GroupMember[]
  readonly policy: GroupPolicy | null
  /** Commits even without a change: the leaf of this device is renewed. */
  readonly isUpdate?: boolean
}

export class GroupChanges {
  readonly #given: Given
  readonly #owner: GroupChangesOwner
  readonly #home: string
  readonly #others: OthersKeys
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>()
  #leftEpoch: bigint | null = null
  #isAdvancing = false
  #isAgain = false
  #isClosed = false
  #cancel: (() => void) | undefined
  #cancelUpkeep: (() => void) | undefined
  /** Whether this device has had time to catch up. */
  #isUpToDate = false

  constructor(given: Given, home: string, owner: GroupChangesOwner) {
    this.#given = given
    this.#owner = owner
    this.#home = home
    this.#others = new OthersKeys(given.ports, given.suite, home, error => owner.problem(error))
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
    this.#cancelUpkeep?.()
    for (const { reject } of this.#waiting.values())
      reject(new ChatError('closed', 'The chat was closed before the group had changed.'))
    this.#waiting.clear()
  }

  /**
   * Resolves once the group is in that state. Rejects with `not-allowed`, `no-devices`,
   * `bad-argument`, `removed`; with `closed`, after which it is retried at the next start; and with
   * `refused` if the hub does not accept it, which is retried, too.
   */
  async change(wanted: Partial<Omit<Intent, 'id'>>): Promise<void> {
    if (!this.#owner.group()?.isMember)
      throw new ChatError('removed', 'This device is not a member of the group.')
    const id = this.#given.ports.random.bytes(16)
    const intent = { id, add: [], remove: [], policy: null, ...wanted }
    const waiting = Promise.withResolvers<void>()
    this.#waiting.set(latin1(id), waiting)
    await this.#owner.inTurn(() => this.#owner.history.wishes.intend(intent))
    this.advance()
    return waiting.promise
  }

  /** A commit of this device has won, and may have renewed its leaf. Runs in turn. */
  async made(isRenewed: boolean): Promise<void> {
    const group = this.#owner.group()
    this.#others.added(device => group !== null && isIn(group, device))
    if (!isRenewed) return
    const { clock, random } = this.#given.ports
    await this.#owner.history.signs.setDue(clock.unixMs() + RENEW_MS.least + random.below(RENEW_MS.spread))
  }

  /** The hub refuses the commit, which is retried. No caller waits for that. */
  refused(error: ChatError): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  /** Starts making commits, including the weekly ones. */
  start(): void {
    const { random } = this.#given.ports
    this.advance()
    this.#upkeepAfter(UPKEEP_MS.first + random.below(UPKEEP_MS.spread))
  }

  /**
   * A device that is not a member asks to be added again: an own one, or one that this device
   * removed for its silence.
   */
  async takeBack({ did, hash }: GroupDevice): Promise<void> {
    const group = this.#owner.group()
    if (!group?.isMember || isIn(group, hash)) return
    const { own, ports } = this.#given
    const { signs } = this.#owner.history
    if (!ports.people.known(did)?.list?.list.devices.some(each => equalBytes(each, hash))) return
    if (did === own.did) {
      await this.#owner.inTurn(() => signs.heard(hash, ports.clock.unixMs()))
      return this.peopleChanged()
    }
    // No caller waits for it.
    if (signs.hasDropped(hash, did)) this.change({ add: [did] }).catch(error => this.#owner.problem(error))
  }

  /** Makes pending changes, unless a commit is on its way. */
  advance(): void {
    this.#isAgain = true
    if (this.#isAdvancing || this.#isClosed) return
    this.#isAdvancing = true
    void this.#advanceAll()
  }

  /** Information about a person has changed: an unavailable one may be available now. */
  peopleChanged(): void {
    this.#others.retry()
    this.advance()
  }

  async #advanceAll(): Promise<void> {
    while (this.#isAgain && !this.#isClosed) {
      this.#isAgain = false
      try {
        await this.#advanceOnce()
      } catch (error) {
        // The hub is unavailable, or gives no answer.
        if (!this.#isClosed) this.#owner.problem(error)
        this.#later(RETRY_MS)
      }
    }
    this.#isAdvancing = false
  }

  async #advanceOnce(): Promise<void> {
    const group = this.#owner.group()
    const { history } = this.#owner
    if (!group) return
    if (!group.isMember) {
      const error = new ChatError('removed', 'This device was removed from the group.')
      for (const intent of history.wishes.intents) await this.#finish(intent, error)
      return this.#askBack(group)
    }
    if (group.pending || history.wishes.welcomings.some(({ welcome }) => welcome !== null)) return
    if (history.settings.isLeaving) return this.#leave(group)
    if (group.isLeaving) return
    const step = await this.#nextStep(group)
    if (step) await this.#commit(group, step)
    else if (group.leaving.length > 0) {
      const epoch = group.epoch
      this.#later(this.#given.ports.random.below(LEAVE_MS), () => {
        if (group.epoch === epoch)
          void this.#commit(group, { intent: null, add: [], remove: [], policy: null })
      })
    } else {
      const upkeep = this.#upkeep(group)
      if (upkeep) await this.#commit(group, upkeep)
      else if (this.#others.isLacking) this.#later(LACKING_MS, () => this.peopleChanged())
    }
  }

  #upkeepAfter(delayMs: number): void {
    const { clock, random } = this.#given.ports
    this.#cancelUpkeep = clock.after(delayMs, () => {
      void this.#look().catch(error => {
        if (!this.#isClosed) this.#owner.problem(error)
      })
      this.#upkeepAfter(UPKEEP_MS.next + random.below(UPKEEP_MS.next))
    })
  }

  async #look(): Promise<void> {
    const group = this.#owner.group()
    if (this.#isClosed || !group?.isMember) return
    const { clock, random } = this.#given.ports
    const { signs } = this.#owner.history
    const nowMs = clock.unixMs()
    await this.#owner.inTurn(async () => {
      await signs.meet(
        group.members.map(({ hash }) => hash),
        nowMs,
      )
      // It has just joined, perhaps together with many others.
      if (signs.dueMs === null) await signs.setDue(nowMs + random.below(RENEW_MS.least + RENEW_MS.spread))
    })
    this.#isUpToDate = true
    this.advance()
  }

  /**
   * Renews the own leaf, and removes devices silent for 60 days. A commit is only valid if this
   * device has read all earlier ones, and every active device makes one a week. So no device is
   * removed because this one was offline.
   */
  #upkeep(group: Group): Step | null {
    if (!this.#isUpToDate) return null
    const { own, ports } = this.#given
    const { signs } = this.#owner.history
    const nowMs = ports.clock.unixMs()
    const isAdmin = group.policy.admins.includes(own.did)
    const remove = group.members.filter(
      ({ did, hash }) =>
        (isAdmin || did === own.did) && !equalBytes(hash, own.hash) && signs.isIdle(hash, nowMs),
    )
    const isUpdate = signs.dueMs !== null && signs.dueMs <= nowMs
    return isUpdate || remove.length > 0
      ? { intent: null, add: [], remove, policy: null, isUpdate: true }
      : null
  }

  /**
   * This device was removed: if that was for its silence, it asks the devices that can to add it
   * again.
   */
  async #askBack(group: Group): Promise<void> {
    const { history } = this.#owner
    const wasSilent = history.signs.wasSilent(this.#given.ports.clock.unixMs())
    if (wasSilent && !history.settings.isLeaving) await askBack(this.#given, this.#home, group)
  }

  /** Returns the next missing change, or null. */
  async #nextStep(group: Group): Promise<Step | null> {
    for (const intent of this.#owner.history.wishes.intents) {
      const { members } = group
      const missing = intent.add.filter(did => !members.some(member => member.did === did))
      const remove = members.filter(member => intent.remove.includes(member.did))
      const isRuled = intent.policy === null || equalBytes(intent.policy, encodePolicy(group.policy))
      if (missing.length === 0 && remove.length === 0 && isRuled) {
        await this.#finish(intent)
        continue
      }
      const add = []
      let absent: string | null = null
      for (const did of missing) {
        const devices = await this.#others.take(did, device => isIn(group, device))
        if (devices.length === 0) absent ??= did
        add.push(...devices)
      }
      if (absent === null)
        return { intent, add: firstOf(add), remove, policy: isRuled ? null : decodePolicy(intent.policy!) }
      const error = new ChatError(
        'no-devices',
        `No device of ${absent} can be added now: the person has to open the chat once.`,
      )
      await this.#finish(intent, error)
    }
    return this.#reconcile(group)
  }

  /**
   * Device lists have changed: removes devices that are no longer listed, and adds this person's
   * new ones.
   */
  async #reconcile(group: Group): Promise<Step | null> {
    const { own, ports } = this.#given
    const isAdmin = group.policy.admins.includes(own.did)
    const remove = group.members.filter(member => {
      if (member.did !== own.did && !isAdmin) return false
      if (group.leaving.includes(member.leaf) || equalBytes(member.hash, own.hash)) return false
      const list = ports.people.known(member.did)?.list?.list
      if (!list || list.sequence < member.lists.at(-1)!.list.sequence) return false
      return !list.devices.some(hash => equalBytes(hash, member.hash))
    })
    const { signs } = this.#owner.history
    const nowMs = ports.clock.unixMs()
    const add = await this.#others.take(
      own.did,
      device => isIn(group, device) || signs.isAbsent(device, nowMs),
    )
    return remove.length > 0 || add.length > 0 ? { intent: null, add, remove, policy: null } : null
  }

  async #commit(group: Group, step: Step): Promise<void> {
    const { random } = this.#given.ports
    try {
      await this.#owner.inTurn(async () => {
        if (group !== this.#owner.group() || !group.isMember || group.pending || group.isLeaving) return
        const add = step.add.filter(({ device }) => !isIn(group, device.hash))
        const remove = group.members.filter(
          ({ hash, leaf }) =>
            !group.leaving.includes(leaf) && step.remove.some(each => equalBytes(each.hash, hash)),
        )
        const changes: GroupChange[] = [
          ...add.map(device => ({ kind: 'add' as const, device })),
          ...remove.map(({ leaf }) => ({ kind: 'remove' as const, leaf })),
          ...(step.policy ? [{ kind: 'policy' as const, policy: step.policy }] : []),
        ]
        if (changes.length === 0 && group.leaving.length === 0 && !step.isUpdate) return
        const commit = {
          ...{ clientId: random.bytes(16), welcomeId: random.bytes(16), welcomeKey: random.bytes(32) },
          added: add.map(({ device, ref, keyPackage }) => ({
            ...{ did: device.did, device: device.hash, ref, initKey: keyPackage.initKey },
          })),
        }
        if (step.isUpdate) for (const { hash, did } of remove) await this.#owner.history.signs.drop(hash, did)
        await this.#owner.history.wishes.committing(commit)
        const { bytes } = await group.commit(changes)
        this.#owner.post(commit.clientId, bytes)
      })
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      this.#others.clear()
      if (step.intent) await this.#finish(step.intent, error)
      else {
        for (const { device } of step.add) this.#others.refused(device.hash)
        this.#owner.problem(error)
      }
    }
  }

  /** Removes the person's other devices first; a commit of another member then removes this one. */
  async #leave(group: Group): Promise<void> {
    const { own, ports } = this.#given
    const others = group.members.filter(({ did, hash }) => did === own.did && !equalBytes(hash, own.hash))
    if (others.length > 0 && !group.isLeaving)
      return this.#commit(group, { intent: null, add: [], remove: others, policy: null })
    if (this.#leftEpoch === group.epoch || group.members.length === 1) return
    this.#leftEpoch = group.epoch
    await this.#owner.inTurn(async () => {
      if (!group.isMember || group.pending) return
      const bytes = await group.leave()
      this.#owner.post(ports.random.bytes(16), bytes)
    })
  }

  #later(delayMs: number, run: () => void = () => this.advance()): void {
    this.#cancel?.()
    this.#cancel = this.#given.ports.clock.after(delayMs, () => {
      if (!this.#isClosed) run()
    })
  }

  async #finish(intent: Intent, error: ChatError | null = null): Promise<void> {
    await this.#owner.inTurn(() => this.#owner.history.wishes.done(intent))
    const waiting = this.#waiting.get(latin1(intent.id))
    this.#waiting.delete(latin1(intent.id))
    if (error) waiting?.reject(error)
    else waiting?.resolve()
  }
}

/** Returns those that one commit can add. */
function firstOf(add: readonly ForeignKeyPackage[]): readonly ForeignKeyPackage[] {
  let bytes = 0
  return add.filter(({ device }) => {
    bytes += device.identity.length
    return bytes <= MAX_ADDED_BYTES
  })
}

function isIn({ members }: Group, device: Uint8Array): boolean {
  return members.some(({ hash }) => equalBytes(hash, device))
}
