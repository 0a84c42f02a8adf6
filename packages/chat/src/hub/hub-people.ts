/**
 * People as known to a device with hubs as its only source: their newest device list, which cannot
 * be forged or rolled back, and the name under which a hub showed them first, which is pinned. And
 * the user's own data about them: contacts, names, verified keys, blocked.
 */
import {
  judgeDeviceLists,
  type ListVerdict,
  readDeviceList,
  type SignedDeviceList,
} from '@shoal/identity/devices'
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { type Clock, equalBytes } from '@shoal/torrent/base'
import type { Journal, Journals, KnownPerson, People } from '../device/ports.ts'

/** A person as described by a hub. */
export interface AskedPerson {
  /** All device lists, oldest first. */
  readonly lists: readonly Uint8Array[]
  readonly name: string
}

/**
 * `bad`, `older` and `forked`: a hub showed invalid lists, an old list, or one that contradicts the
 * known one. For contacts also `changed`: they have other devices, and `rotated`: another key signs
 * their lists. `unverified`: the keys that the user had verified were replaced.
 */
const PERSON_ALARMS = ['bad', 'older', 'forked', 'changed', 'rotated', 'unverified'] as const

export interface PersonAlarm {
  readonly kind: (typeof PERSON_ALARMS)[number]
  readonly atMs: number
  /**
   * For `forked`, the list that contradicts the known one: both are signed with one key and have
   * one number.
   */
  readonly proof: Uint8Array | null
}

export interface HubPerson extends KnownPerson {
  readonly did: string
  /** Name given by the user. */
  readonly given: string | null
  /** Name under which a hub first showed the person. Empty if unknown. */
  readonly shown: string
  /** Root key verified by the user. */
  readonly verified: { readonly root: Uint8Array; readonly atMs: number } | null
  /** Alarms that the user has not dismissed, one of each kind. */
  readonly alarms: readonly PersonAlarm[]
}

/** Changes of a person made by the user. */
export type PersonMarks = Partial<
  Pick<HubPerson, 'isContact' | 'isBlocked' | 'given' | 'verified' | 'alarms'>
>

export interface HubPeopleOptions {
  readonly journals: Pick<Journals, 'open'>
  readonly clock: Clock
  /**
   * Queries the hub at an address. Null if it has no such member. Rejects if it does not answer.
   */
  ask(did: string, home: string): Promise<AskedPerson | null>
}

export class HubPeople implements People {
  readonly #options: HubPeopleOptions
  readonly #journal: Journal
  readonly #people = new Map<string, HubPerson>()
  readonly #asking = new Map<string, Promise<KnownPerson | null>>()
  readonly #listeners = new Set<(did: string) => void>()

  static async open(options: HubPeopleOptions): Promise<HubPeople> {
    const journal = await options.journals.open('people')
    const people = new HubPeople(options, journal)
    let records = 0
    for await (const record of journal.read()) {
      records++
      const person = read(record)
      people.#people.set(person.did, person)
    }
    if (records > 2 * people.#people.size) await journal.replace([...people.#people.values()].map(write))
    return people
  }

  private constructor(options: HubPeopleOptions, journal: Journal) {
    this.#options = options
    this.#journal = journal
  }

  /** All people that are known, or have data from the user. */
  get all(): readonly HubPerson[] {
    return [...this.#people.values()]
  }

  nameOf(did: string): string | null {
    const person = this.#people.get(did)
    return person?.given ?? (person?.shown || null)
  }

  known(did: string): HubPerson | null {
    return this.#people.get(did) ?? null
  }

  /** See `People`. A known person is returned even if the hub does not answer. */
  find(did: string, home: string): Promise<KnownPerson | null> {
    const asking = this.#asking.get(did) ?? this.#ask(did, home).finally(() => this.#asking.delete(did))
    this.#asking.set(did, asking)
    return asking
  }

  listen(changed: (did: string) => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** Stores the user's data about a person, who need not be known. */
  async mark(did: string, marks: PersonMarks): Promise<void> {
    await this.#keep({ ...(this.#people.get(did) ?? nobody(did)), ...marks })
  }

  async #ask(did: string, home: string): Promise<KnownPerson | null> {
    let asked: AskedPerson | null
    try {
      asked = await this.#options.ask(did, home)
    } catch (error) {
      const known = this.#people.get(did)
      if (known?.list) return known
      throw error
    }
    if (asked) await this.#take(did, asked)
    return this.known(did)
  }

  async #take(did: string, asked: AskedPerson): Promise<void> {
    // The user may have changed something in the meantime.
    const known = this.#people.get(did)
    const verdict = judge(did, known?.list ?? null, asked)
    const { kind } = verdict
    if (kind === 'same') return
    const before = known ?? nobody(did)
    if (kind === 'first' || kind === 'newer') {
      const { list } = verdict
      const shown = before.shown || asked.name
      const isReplaced = before.verified !== null && !equalBytes(before.verified.root, list.list.root)
      const alarms = [
        ...(isReplaced ? (['unverified'] as const) : []),
        ...(before.isContact && kind === 'newer' && verdict.rotated ? (['rotated'] as const) : []),
        ...(before.isContact && before.list && !hasSameDevices(before.list, list)
          ? (['changed'] as const)
          : []),
      ]
      const verified = isReplaced ? null : before.verified
      return this.#keep(this.#alarmed({ ...before, list, shown, verified }, alarms))
    }
    // Strangers are not stored for that.
    if (!known) return
    // The hub repeats it with every answer.
    if (known.alarms.some(alarm => alarm.kind === kind)) return
    await this.#keep(this.#alarmed(known, [kind], kind === 'forked' ? verdict.other.bytes : null))
  }

  #alarmed(
    person: HubPerson,
    kinds: readonly PersonAlarm['kind'][],
    proof: Uint8Array | null = null,
  ): HubPerson {
    const atMs = Math.floor(this.#options.clock.unixMs())
    const others = person.alarms.filter(({ kind }) => !kinds.includes(kind))
    return { ...person, alarms: [...others, ...kinds.map(kind => ({ kind, atMs, proof }))] }
  }

  async #keep(person: HubPerson): Promise<void> {
    this.#people.set(person.did, person)
    await this.#journal.append(write(person))
    for (const listener of [...this.#listeners]) listener(person.did)
  }
}

function judge(
  did: string,
  known: SignedDeviceList | null,
  { lists }: AskedPerson,
): ListVerdict | { readonly kind: 'bad' } {
  try {
    return judgeDeviceLists(did, known, lists.map(readDeviceList))
  } catch {
    return { kind: 'bad' }
  }
}

function hasSameDevices({ list: one }: SignedDeviceList, { list: other }: SignedDeviceList): boolean {
  return (
    one.devices.length === other.devices.length &&
    one.devices.every(device => other.devices.some(each => equalBytes(each, device)))
  )
}

function nobody(did: string): HubPerson {
  return {
    ...{ did, list: null, isContact: false, isBlocked: false },
    ...{ given: null, shown: '', verified: null, alarms: [] },
  }
}

function write({ did, list, shown, isContact, isBlocked, given, verified, alarms }: HubPerson): Uint8Array {
  return encodeCbor([
    ...[did, list?.bytes ?? null, shown, isContact ? 1 : 0, isBlocked ? 1 : 0, given],
    verified && [verified.root, verified.atMs],
    alarms.map(({ kind, atMs, proof }) => [PERSON_ALARMS.indexOf(kind), atMs, proof]),
  ])
}

/** Decodes the output of `write`. Earlier versions wrote five fields. */
function read(record: Uint8Array): HubPerson {
  const [did, list, shown, isContact, isBlocked, given = null, verified = null, alarms = []] = decodeCbor(
    record,
  ) as [string, Uint8Array | null, string, number, number, string?, [Uint8Array, number]?, Cbor[][]?]
  return {
    ...{ did, shown, given, list: list && readDeviceList(list) },
    ...{ isContact: isContact === 1, isBlocked: isBlocked === 1 },
    verified: verified && { root: verified[0], atMs: verified[1] },
    alarms: alarms.map(([kind, atMs, proof]) => ({
      kind: PERSON_ALARMS[kind as number]!,
      ...{ atMs: atMs as number, proof: proof as Uint8Array | null },
    })),
  }
}
