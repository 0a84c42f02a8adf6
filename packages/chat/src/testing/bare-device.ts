/**
 * A device in a group of the bare library, without journal: a baseline for benchmarks, and the peer
 * of other implementations.
 */
import {
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  type KeyPackage,
  nobleCryptoProvider,
  type PrivateKeyPackage,
  type Proposal,
  processPrivateMessage,
  processPublicMessage,
} from 'ts-mls'
import { decodeKeyPackage } from 'ts-mls/keyPackage.js'
import { makeKeyPackage, type OwnDevice, readOwnKeyPackage } from '../groups/key-packages.ts'
import { policyExtensions } from '../groups/policy.ts'
import { SUITE, type Suite } from '../groups/suite.ts'
import { NOW, suite } from './members.ts'

/** Returns the library's suite, over the faster one of its providers. */
export function librarySuite(): Promise<Suite> {
  return getCiphersuiteImpl(getCiphersuiteFromName(SUITE), nobleCryptoProvider)
}

export class BareDevice {
  readonly #own: OwnDevice
  readonly #suite: Suite
  #keyPackage!: KeyPackage
  #keys!: PrivateKeyPackage
  #state!: ClientState

  constructor(own: OwnDevice, ofGroup: Suite = suite) {
    this.#own = own
    this.#suite = ofGroup
  }

  /** Creates the key package with which it creates a group or joins one. */
  async prepare(): Promise<KeyPackage> {
    const own = await makeKeyPackage(this.#suite, this.#own, { unixSeconds: NOW })
    this.#keyPackage = readOwnKeyPackage(own)
    this.#keys = own.keys
    return this.#keyPackage
  }

  get epoch(): bigint {
    return this.#state.groupContext.epoch
  }

  get groupId(): Uint8Array {
    return this.#state.groupContext.groupId
  }

  /** Creates a group. `admin`: null for a group without rules, which other programs can join. */
  async create(admin: string | null): Promise<void> {
    const rules = { name: '', membersAdd: true, allowed: null, slowSeconds: 0 }
    const extensions = admin === null ? [] : policyExtensions({ ...rules, admins: [admin] })
    const id = new Uint8Array(32).fill(7)
    this.#state = await createGroup(id, this.#keyPackage, this.#keys, extensions, this.#suite)
  }

  async join(bytes: Uint8Array): Promise<void> {
    const [message] = decodeMlsMessage(bytes, 0)!
    if (message.wireformat !== 'mls_welcome') throw new Error('It is not a welcome')
    this.#state = await joinGroup(message.welcome, this.#keyPackage, this.#keys, emptyPskIndex, this.#suite)
  }

  async add(keyPackages: readonly KeyPackage[]) {
    return this.#commit(keyPackages.map(keyPackage => ({ proposalType: 'add', add: { keyPackage } })))
  }

  /** Adds another program's device. */
  async addEncoded(keyPackage: Uint8Array) {
    return this.add([decodeKeyPackage(keyPackage, 0)![0]])
  }

  /** `isPublic`: not encrypted, as required by some programs. */
  async update({ isPublic = false } = {}) {
    return this.#commit([], isPublic)
  }

  async remove(removed: number) {
    return this.#commit([{ proposalType: 'remove', remove: { removed } }])
  }

  async send(text: Uint8Array): Promise<Uint8Array> {
    const { newState, privateMessage } = await createApplicationMessage(this.#state, text, this.#suite)
    this.#state = newState
    return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage })
  }

  /** Handles a message or a commit. Returns the plaintext of a message, and null for a commit. */
  async receive(bytes: Uint8Array): Promise<Uint8Array | null> {
    const [message] = decodeMlsMessage(bytes, 0)!
    const given = [emptyPskIndex, this.#suite] as const
    if (message.wireformat === 'mls_public_message') {
      this.#state = (await processPublicMessage(this.#state, message.publicMessage, ...given)).newState
      return null
    }
    if (message.wireformat !== 'mls_private_message') throw new Error('It is not a message')
    const processed = await processPrivateMessage(this.#state, message.privateMessage, ...given)
    this.#state = processed.newState
    return processed.kind === 'applicationMessage' ? processed.message : null
  }

  async #commit(extraProposals: Proposal[], wireAsPublicMessage = false) {
    const { newState, commit, welcome } = await createCommit(
      { state: this.#state, cipherSuite: this.#suite },
      { extraProposals, ratchetTreeExtension: true, wireAsPublicMessage },
    )
    this.#state = newState
    return {
      bytes: encodeMlsMessage(commit),
      welcome: welcome && encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome }),
    }
  }
}
