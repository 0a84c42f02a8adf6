/** The chat thread's copy of what the node knows about persons. */
import type { KnownPerson, People } from '@shoal/chat/device'
import { readDeviceList } from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import type { PeopleChange, PersonFacts } from './contract.ts'

const NOBODY: KnownPerson = { list: null, isContact: false, isBlocked: false }

interface Mirrored {
  readonly facts: PersonFacts
  /** Lists are verified when first needed. */
  known: KnownPerson | null
}

export class MirroredPeople implements People {
  readonly #find: (person: { readonly did: string; readonly home: string }) => Promise<void>
  readonly #listeners = new Set<(did?: string) => void>()
  #persons = new Map<string, Mirrored>()

  /** `find`: see `ForNode`. */
  constructor(
    persons: readonly PersonFacts[],
    find: (person: { readonly did: string; readonly home: string }) => Promise<void>,
  ) {
    this.#find = find
    this.changed({ persons, isAll: true })
  }

  changed({ persons, isAll }: PeopleChange): void {
    const before = this.#persons
    if (isAll) this.#persons = new Map()
    for (const facts of persons) {
      const list = before.get(facts.did)
      this.#persons.set(facts.did, { facts, known: list ? sameList(list, facts) : null })
    }
    const [one] = persons
    const did = !isAll && persons.length === 1 ? one?.did : undefined
    for (const listener of [...this.#listeners]) listener(did)
  }

  known(did: string): KnownPerson {
    const person = this.#persons.get(did)
    if (!person) return NOBODY
    const { list, isContact, isBlocked } = person.facts
    person.known ??= { list: list && readDeviceList(list), isContact, isBlocked }
    return person.known
  }

  nameOf(did: string): string | null {
    return this.#persons.get(did)?.facts.name ?? null
  }

  isVerified(did: string): boolean {
    return this.#persons.get(did)?.facts.isVerified ?? false
  }

  async find(did: string, home: string): Promise<KnownPerson> {
    await this.#find({ did, home })
    return this.known(did)
  }

  listen(changed: (did?: string) => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }
}

/** Returns the updated person if the list is unchanged and was verified before, otherwise null. */
function sameList({ known }: Mirrored, { list, isContact, isBlocked }: PersonFacts): KnownPerson | null {
  if (!known?.list || !list || !equalBytes(known.list.bytes, list)) return null
  return { list: known.list, isContact, isBlocked }
}
