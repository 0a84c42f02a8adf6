/**
 * The persons of the chat: the user, contacts, blocked persons, and those whose device lists came
 * from a hub.
 */
import type { Database, Query } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { HubApi } from '@shoal/hub-api/client'
import { parseDidKey } from '@shoal/identity'
import {
  didOf,
  judgeDeviceLists,
  newestList,
  readDeviceList,
  type SignedDeviceList,
} from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import type { ContactPersons } from '../contacts/service.ts'
import type { OwnPerson } from '../devices/service.ts'
import type { Persons } from '../people/service.ts'
import type { PeopleChange, PersonFacts } from './thread/contract.ts'

/** Expired certificates of contacts cause no event, so contacts are polled. */
const CONTACTS_MS = 60_000

export interface ChatPeopleOptions {
  readonly database: Database
  readonly persons: Pick<Persons, 'blocked' | 'contacts' | 'onBlocked' | 'onContacts'>
  readonly contacts: ContactPersons | null
  readonly own: OwnPerson
  readonly clientFor: (hub: string) => Pick<HubApi, 'getDevices'>
  /** Monotonic time in milliseconds. */
  readonly nowMs: () => number
  /** The hub does not know the newest device list of a person, or withholds it. */
  readonly onOlder: (did: string, hub: string) => void
}

interface Row {
  readonly did: string
  readonly list: Uint8Array
}

/** Names of contacts, by DID. */
type ContactNames = ReadonlyMap<string, string | null>

export class ChatPeople {
  readonly #options: ChatPeopleOptions
  readonly #get: Query<Row>
  readonly #all: Query<Row>
  readonly #put: Query<never>
  readonly #listeners = new Set<(change: PeopleChange) => void>()
  readonly #ends: (() => void)[]
  #contacts: ContactNames
  #contactsMs: number

  constructor(options: ChatPeopleOptions) {
    this.#options = options
    const { database, persons, contacts, own } = options
    this.#get = database.prepare('SELECT did, list FROM chat_persons WHERE did = ?')
    this.#all = database.prepare('SELECT did, list FROM chat_persons')
    this.#put = database.prepare('INSERT OR REPLACE INTO chat_persons VALUES (?, ?)')
    this.#contacts = this.#readContacts()
    this.#contactsMs = options.nowMs()
    const changed = () => this.#changed()
    this.#ends = [
      persons.onContacts(changed),
      persons.onBlocked(changed),
      own.onChanged(changed),
      ...(contacts ? [contacts.onChanged(changed)] : []),
    ]
  }

  /** Returns all known persons. */
  all(): PersonFacts[] {
    const { contacts, persons } = this.#options
    const kept = new Map(this.#all.all().map(row => [row.did, row.list]))
    const blocked = new Set(persons.blocked())
    const own = this.#ownDid
    const dids = new Set([
      ...(own === null ? [] : [own]),
      ...(contacts?.dids() ?? []),
      ...this.#contacts.keys(),
      ...blocked,
      ...kept.keys(),
    ])
    return [...dids].map(did => this.#factsOf(did, kept.get(did), blocked.has(did)))
  }

  /**
   * Requests a person's device lists from a hub. Rejects with an ApiError if the hub does not
   * respond, and with `bad-device-list` if its lists contradict the known ones.
   */
  async find(did: string, home: string): Promise<void> {
    if (did === this.#ownDid) return
    const lists = await this.#ask(did, home)
    if (lists.length > 0) this.#take(did, home, lists)
  }

  /** Calls the listener with each change until the returned function is called. */
  listen(changed: (change: PeopleChange) => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** Call it once a second. */
  tick(): void {
    const { nowMs } = this.#options
    if (nowMs() - this.#contactsMs < CONTACTS_MS) return
    this.#contactsMs = nowMs()
    if (!isSame(this.#readContacts(), this.#contacts)) this.#changed()
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  get #ownDid(): string | null {
    const { history } = this.#options.own
    return history && didOf(newestList(history).list)
  }

  /** `kept`: the newest list from a hub. */
  #factsOf(did: string, kept: Uint8Array | undefined, isBlocked: boolean): PersonFacts {
    const contact = this.#options.contacts?.find(did) ?? null
    const list = this.#newest(did, kept)
    return {
      ...{ did, isBlocked, isContact: this.#contacts.has(did), list },
      name: this.#contacts.get(did) ?? contact?.profile?.profile.name ?? null,
      isVerified: contact?.verifiedMs != null && hasSameRoot(did, contact.lists.at(-1), list),
    }
  }

  #newest(did: string, kept: Uint8Array | undefined): Uint8Array | null {
    const { own, contacts } = this.#options
    if (did === this.#ownDid) return newestList(own.history!).bytes
    const shown = contacts?.find(did)?.lists.at(-1)
    if (!shown || !kept) return shown?.bytes ?? kept ?? null
    return readDeviceList(kept).list.sequence > shown.list.sequence ? kept : shown.bytes
  }

  async #ask(did: string, home: string): Promise<readonly SignedDeviceList[]> {
    try {
      const { lists } = await this.#options.clientFor(home).getDevices({ did })
      return lists.map(text => readDeviceList(new Uint8Array(Buffer.from(text, 'base64url'))))
    } catch (error) {
      // The person has no account at this hub.
      if ((error as { code?: string }).code === 'not-found') return []
      throw error
    }
  }

  #take(did: string, home: string, lists: readonly SignedDeviceList[]): void {
    const newest = this.#newest(did, this.#get.get(did)?.list)
    const verdict = judgeDeviceLists(did, newest && readDeviceList(newest), lists)
    if (verdict.kind === 'forked')
      throw new Failure(
        'bad-device-list',
        `There are two device lists of ${did} with one number: the hub or a thief of the person's key made one of them. Ask the person.`,
      )
    if (verdict.kind === 'older') this.#options.onOlder(did, home)
    if (verdict.kind !== 'first' && verdict.kind !== 'newer') return
    const { bytes } = verdict.list
    this.#put.run(did, bytes)
    const isBlocked = this.#options.persons.blocked().includes(did)
    this.#tell({ persons: [this.#factsOf(did, bytes, isBlocked)], isAll: false })
  }

  #readContacts(): ContactNames {
    const names = new Map<string, string | null>()
    for (const { did, name, showsDid } of this.#options.persons.contacts())
      if (did !== null && (name !== null || showsDid)) names.set(did, names.get(did) ?? name)
    return names
  }

  #changed(): void {
    this.#contacts = this.#readContacts()
    if (this.#listeners.size > 0) this.#tell({ persons: this.all(), isAll: true })
  }

  #tell(change: PeopleChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/**
 * Whether the key that the user compared also signed the newest list, which may have come from a
 * hub. `compared`: the last list of the contact.
 */
function hasSameRoot(
  did: string,
  compared: SignedDeviceList | undefined,
  newest: Uint8Array | null,
): boolean {
  if (newest === null || newest === compared?.bytes) return true
  const root = compared?.list.root ?? parseDidKey(did)
  return equalBytes(readDeviceList(newest).list.root, root)
}

function isSame(one: ContactNames, other: ContactNames): boolean {
  return one.size === other.size && [...one].every(([did, name]) => other.has(did) && other.get(did) === name)
}
