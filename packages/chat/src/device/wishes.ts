/**
 * Pending work of this device on a closed group: requested changes, its own commit, welcomes in
 * progress. Each change is a record of the journal of the history.
 */
import type { Cbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import type { Place } from './ports.ts'

/** A requested change of a closed group, kept until it has taken effect. */
export interface Intent {
  readonly id: Uint8Array
  /** DIDs. */
  readonly add: readonly string[]
  readonly remove: readonly string[]
  /** Encoded rules, or null. */
  readonly policy: Uint8Array | null
}

/** A device added by a commit. */
interface Added {
  readonly did: string
  readonly device: Uint8Array
  readonly ref: Uint8Array
  readonly initKey: Uint8Array
}

/** A commit that was made, and may be in the log. */
export interface MadeCommit {
  readonly clientId: Uint8Array
  readonly welcomeId: Uint8Array
  readonly welcomeKey: Uint8Array
  readonly added: readonly Added[]
}

/** An added device, and the client id of its invitation. */
export interface Invited extends Added {
  readonly invitationId: Uint8Array
}

/**
 * The welcome of a winning commit, and the members to invite once it is in the log, until their
 * invitations are delivered.
 */
export interface Welcoming {
  readonly welcomeId: Uint8Array
  readonly welcomeKey: Uint8Array
  /** Place of the commit. */
  readonly place: Place
  /** Not yet encrypted. Null once it is in the log. */
  readonly welcome: Uint8Array | null
  readonly invited: readonly Invited[]
}

const KIND = { intent: 5, done: 6, commit: 7, welcoming: 8, welcomed: 9 } as const

export class Wishes {
  readonly #write: (record: Cbor) => Promise<void>
  readonly #intents = new Map<string, Intent>()
  #commit: MadeCommit | null = null
  readonly #welcomings = new Map<string, Welcoming>()

  /** `write` appends a record to the journal. */
  constructor(write: (record: Cbor) => Promise<void>) {
    this.#write = write
  }

  get commit(): MadeCommit | null {
    return this.#commit
  }

  /** Oldest first. */
  get welcomings(): readonly Welcoming[] {
    return [...this.#welcomings.values()]
  }

  isWelcoming(welcomeId: Uint8Array): boolean {
    return this.#welcomings.has(latin1(welcomeId))
  }

  get intents(): readonly Intent[] {
    return [...this.#intents.values()]
  }

  async intend(intent: Intent): Promise<void> {
    await this.#write(intentRecord(intent))
    this.#intents.set(latin1(intent.id), intent)
  }

  async done({ id }: Intent): Promise<void> {
    await this.#write([KIND.done, id])
    this.#intents.delete(latin1(id))
  }

  async committing(commit: MadeCommit): Promise<void> {
    await this.#write(commitRecord(commit))
    this.#commit = commit
  }

  /** Replaces an earlier one with the same id. */
  async welcome(welcoming: Welcoming): Promise<void> {
    await this.#write(welcomingRecord(welcoming))
    this.#welcomings.set(latin1(welcoming.welcomeId), welcoming)
  }

  /** All have received it, or never will. */
  async welcomed(welcomeId: Uint8Array): Promise<void> {
    await this.#write([KIND.welcomed, welcomeId])
    this.#welcomings.delete(latin1(welcomeId))
  }

  /** All pending work, as records. */
  get records(): readonly Cbor[] {
    return [
      ...this.intents.map(intentRecord),
      ...(this.#commit ? [commitRecord(this.#commit)] : []),
      ...this.welcomings.map(welcomingRecord),
    ]
  }

  /** Applies a record of the journal. Returns false if it is of another kind. */
  apply(kind: number, members: readonly never[]): boolean {
    if (kind === KIND.intent) {
      const [id, add, remove, policy] = members as unknown as [
        Uint8Array,
        string[],
        string[],
        Uint8Array | null,
      ]
      this.#intents.set(latin1(id), { id, add, remove, policy })
    } else if (kind === KIND.done) this.#intents.delete(latin1(members[0]!))
    else if (kind === KIND.commit) {
      const [clientId, welcomeId, welcomeKey, devices] = members as unknown as [
        ...[Uint8Array, Uint8Array, Uint8Array, readonly (readonly never[])[]],
      ]
      const added = devices.map(([did, device, ref, initKey]) => ({ did, device, ref, initKey }) as never)
      this.#commit = { clientId, welcomeId, welcomeKey, added }
    } else if (kind === KIND.welcoming) {
      const [welcomeId, welcomeKey, sequence, hash, welcome, devices] = members as unknown as [
        ...[Uint8Array, Uint8Array, number, Uint8Array, Uint8Array | null, readonly (readonly never[])[]],
      ]
      const invited = devices.map(
        ([did, device, ref, initKey, invitationId]) => ({ did, device, ref, initKey, invitationId }) as never,
      )
      const place = { sequence, hash }
      this.#welcomings.set(latin1(welcomeId), { welcomeId, welcomeKey, place, welcome, invited })
    } else if (kind === KIND.welcomed) this.#welcomings.delete(latin1(members[0]!))
    else return false
    return true
  }
}

function intentRecord({ id, add, remove, policy }: Intent): Cbor {
  return [KIND.intent, id, add, remove, policy]
}

function commitRecord({ clientId, welcomeId, welcomeKey, added }: MadeCommit): Cbor {
  const devices = added.map(({ did, device, ref, initKey }) => [did, device, ref, initKey])
  return [KIND.commit, clientId, welcomeId, welcomeKey, devices]
}

function welcomingRecord({ welcomeId, welcomeKey, place, welcome, invited }: Welcoming): Cbor {
  const devices = invited.map(({ did, device, ref, initKey, invitationId }) => [
    ...[did, device, ref, initKey, invitationId],
  ])
  return [KIND.welcoming, welcomeId, welcomeKey, place.sequence, place.hash, welcome, devices]
}
