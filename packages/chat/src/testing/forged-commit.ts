/** Creates entries as sent by a member's program that violates the rules of a group. */
import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { createCommit, encodeMlsMessage, type Proposal } from 'ts-mls'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import { openSuite } from '#open-suite'
import { encodeEnvelope } from '../envelope/envelope.ts'
import { Group } from '../groups/group.ts'
import { restoreRecords } from '../groups/group-records.ts'
import type { OwnDevice } from '../groups/key-packages.ts'
import { NOW } from './members.ts'

export interface HostileMember {
  /** The journal `keys-…` of the group. */
  readonly records: readonly Uint8Array[]
  readonly device: OwnDevice
  /** The id of the conversation. */
  readonly id: Uint8Array
  randomBytes(length: number): Uint8Array
}

/** Returns an entry of the log with a handshake, encrypted as members do. */
export async function forgedHandshake(
  { records, device, id, randomBytes }: HostileMember,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const journal = { append: async () => {}, replace: async () => {} }
  const owner = { suite: await openSuite(), device, journal, now: () => NOW, randomBytes }
  const key = await Group.restore(owner, records).export('shoal handshake', id, 32)
  const nonce = randomBytes(12)
  const ciphertext = concatBytes(nonce, gcm(key, nonce).encrypt(bytes))
  return encodeEnvelope({ kind: 'handshake', commitment: null, ciphertext })
}

/** Returns an entry with a commit of any proposals. */
export async function forgedCommit(
  member: HostileMember,
  extraProposals: Proposal[],
  options: { readonly authenticatedData?: Uint8Array } = {},
): Promise<Uint8Array> {
  const { state } = restoreRecords(member.records, defaultClientConfig)
  const made = await createCommit({ state, cipherSuite: await openSuite() }, { extraProposals, ...options })
  return forgedHandshake(member, encodeMlsMessage(made.commit))
}
