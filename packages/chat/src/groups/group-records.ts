/**
 * The journal of a group: states of epochs, each as the difference to the previous one, and changes
 * within them. Everything is written to it before it leaves the device, with the exact bytes,
 * because two messages from one state would use one key twice.
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import type { ClientConfig, ClientState, RatchetTree } from 'ts-mls'
import { readEpoch, writeEpoch } from './epoch-record.ts'
import { applyRatchets, damaged } from './ratchets.ts'

/** Stored by the owner of the group: encrypted, checked, in order. */
export interface GroupJournal {
  /** Resolves when the record will survive a crash. */
  append(record: Uint8Array): Promise<void>
  /** Atomically replaces all records by these. */
  replace(records: readonly Uint8Array[]): Promise<void>
}

/** A commit of this device that has no place in the log yet. */
export interface PendingCommit {
  /** As sent, or to be sent. */
  readonly bytes: Uint8Array
  readonly welcome: Uint8Array | null
  /** The state of the group if it wins. */
  readonly next: ClientState
}

/** An encrypted message that may not be delivered yet. */
export interface SentMessage {
  /** 16 bytes, chosen by the sender. */
  readonly id: Uint8Array
  readonly bytes: Uint8Array
}

/** A secret of the tokens that open the group's room. */
export interface AccessSecret {
  /** First epoch that used it. */
  readonly epoch: number
  /** 32 bytes. */
  readonly secret: Uint8Array
}

export interface RestoredGroup {
  readonly state: ClientState
  readonly pending: PendingCommit | null
  readonly sent: readonly SentMessage[]
  /** Newest first. */
  readonly access: readonly AccessSecret[]
}

/**
 * `epoch`: the state with which an epoch starts or continues, see `writeEpoch`. `ratchets`: a
 * message was opened or encrypted. `commit`: see PendingCommit. `lost`: another commit won.
 * `delivered`: a message is in the log. `access`: see AccessSecret.
 */
const KIND = { epoch: 1, ratchets: 2, commit: 3, lost: 4, delivered: 5, access: 6 } as const
const NO_BYTES = new Uint8Array()

export const groupRecords = {
  /** `before`: the previous epoch's tree in the journal. */
  epoch: (state: ClientState, before: RatchetTree) => encodeCbor([KIND.epoch, writeEpoch(state, before)]),
  opened: (epoch: bigint, ratchets: Cbor) =>
    encodeCbor([KIND.ratchets, Number(epoch), ratchets, NO_BYTES, NO_BYTES]),
  sent: (epoch: bigint, ratchets: Cbor, { id, bytes }: SentMessage) =>
    encodeCbor([KIND.ratchets, Number(epoch), ratchets, id, bytes]),
  commit: ({ bytes, welcome, next }: PendingCommit, before: RatchetTree) =>
    encodeCbor([KIND.commit, bytes, welcome, writeEpoch(next, before)]),
  lost: () => encodeCbor([KIND.lost]),
  delivered: (id: Uint8Array) => encodeCbor([KIND.delivered, id]),
  access: ({ epoch, secret }: AccessSecret) => encodeCbor([KIND.access, epoch, secret]),
}

/** Returns the records of a full state, with which a journal is rewritten. */
export function wholeRecords({ state, pending, sent, access }: RestoredGroup): Uint8Array[] {
  const { epoch } = state.groupContext
  const earlier = [...state.historicalReceiverData].sort(([one], [other]) => Number(one - other))
  const epochs = earlier.map(([, data]) => {
    const { secretTree, ratchetTree, groupContext, senderDataSecret, resumptionPsk } = data
    const keySchedule = { ...state.keySchedule, senderDataSecret, resumptionPsk }
    return { ...state, secretTree, ratchetTree, groupContext, keySchedule }
  })
  return [
    ...[...epochs, state].map((each, at) => groupRecords.epoch(each, epochs[at - 1]?.ratchetTree ?? [])),
    ...sent.map(message => groupRecords.sent(epoch, [], message)),
    ...access.map(groupRecords.access),
    ...(pending ? [groupRecords.commit(pending, state.ratchetTree)] : []),
  ]
}

/** Restores a group. Throws `bad-argument` if the records are damaged. */
export function restoreRecords(records: Iterable<Uint8Array>, clientConfig: ClientConfig): RestoredGroup {
  let state: ClientState | null = null
  let pending: PendingCommit | null = null
  const sent = new Map<string, SentMessage>()
  const access: AccessSecret[] = []
  for (const record of records) {
    const value = decodeCbor(record)
    if (!Array.isArray(value)) throw damaged()
    const [kind, ...members] = value
    if (kind === KIND.epoch) {
      const next: ClientState | null = readEpoch(members[0], state?.ratchetTree ?? [], clientConfig)
      if (!next) throw damaged()
      if (state?.groupContext.epoch !== next.groupContext.epoch) pending = null
      state = continueState(state, next)
    } else if (state === null) throw damaged()
    else if (kind === KIND.ratchets) {
      const [epoch, ratchets, id, bytes] = members as [number, Cbor, Uint8Array, Uint8Array]
      state = moveRatchets(state, BigInt(epoch), ratchets)
      if (id.length > 0) sent.set(String(id), { id, bytes })
    } else if (kind === KIND.commit) {
      const [bytes, welcome, committed] = members as [Uint8Array, Uint8Array | null, Cbor]
      const next = readEpoch(committed, state.ratchetTree, clientConfig)
      if (!next) throw damaged()
      pending = { bytes, welcome, next }
    } else if (kind === KIND.access) {
      const [epoch, secret] = members as [number, Uint8Array]
      access.push({ epoch, secret })
    } else if (kind === KIND.lost) pending = null
    else if (kind === KIND.delivered) sent.delete(String(members[0]))
    else throw damaged()
  }
  if (state === null) throw damaged()
  return { state, pending, sent: [...sent.values()], access }
}

/**
 * Returns `next` with the current keys of earlier epochs. Those computed when the commit was made
 * would include keys that have been used and deleted since.
 */
export function continueState(state: ClientState | null, next: ClientState): ClientState {
  if (state === null) return next
  const { epoch } = state.groupContext
  if (epoch === next.groupContext.epoch)
    return { ...next, historicalReceiverData: state.historicalReceiverData }
  const { secretTree, ratchetTree, groupContext, keySchedule } = state
  const { senderDataSecret, resumptionPsk } = keySchedule
  const historicalReceiverData = new Map(state.historicalReceiverData)
  historicalReceiverData.set(epoch, {
    ...{ secretTree, ratchetTree, groupContext },
    ...{ senderDataSecret, resumptionPsk },
  })
  const { retainKeysForEpochs } = next.clientConfig.keyRetentionConfig
  for (const old of historicalReceiverData.keys())
    if (old + BigInt(retainKeysForEpochs) < next.groupContext.epoch) historicalReceiverData.delete(old)
  return { ...next, historicalReceiverData }
}

function moveRatchets(state: ClientState, epoch: bigint, ratchets: Cbor): ClientState {
  if (epoch === state.groupContext.epoch)
    return { ...state, secretTree: applyRatchets(state.secretTree, ratchets) }
  const data = state.historicalReceiverData.get(epoch)
  if (!data) throw damaged()
  const historicalReceiverData = new Map(state.historicalReceiverData)
  historicalReceiverData.set(epoch, { ...data, secretTree: applyRatchets(data.secretTree, ratchets) })
  return { ...state, historicalReceiverData }
}
