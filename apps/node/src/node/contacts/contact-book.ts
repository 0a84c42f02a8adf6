/**
 * The persons of contacts: their device lists and profiles, whether the user has verified them,
 * and alarms about them.
 */
import type { ContactAlarm } from '@shoal/api'
import type { Database, Query } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import { IdentityError, parseDidKey } from '@shoal/identity'
import { judgeDeviceLists, MAX_LISTS, readDeviceList, type SignedDeviceList } from '@shoal/identity/devices'
import type { PersonState } from '@shoal/identity/exchange'
import { readProfile, type SignedProfile } from '@shoal/identity/profile'
import type { PersonKeys } from '@shoal/identity/safety'
import type { ContactNode } from '../people/service.ts'

interface Row {
  readonly did: string
  readonly lists: string
  readonly profile: Uint8Array | null
  readonly device: Uint8Array | null
  readonly verifiedRoot: Uint8Array | null
  readonly verifiedMs: number | null
  readonly askedMs: number | null
}

/** A person as the node knows it. */
export interface KnownPerson {
  readonly did: string
  /** From the first one on, without gaps. */
  readonly lists: readonly SignedDeviceList[]
  readonly profile: SignedProfile | null
  /**
   * When the user verified the person's present keys; null if never, or if other keys were
   * verified.
   */
  readonly verifiedMs: number | null
  /** When one of the person's nodes last answered. */
  readonly askedMs: number | null
}

export interface ContactBookOptions {
  readonly database: Database
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Something changed. */
  onChanged(): void
  /** Called once for each alarm until it is dismissed. */
  onAlarm(did: string, alarm: ContactAlarm): void
}

/** Maximum number of persons in memory: their lists are large, and are verified when read. */
const MAX_CACHED = 50

export class ContactBook {
  readonly #options: ContactBookOptions
  readonly #get: Query<Row>
  readonly #dids: Query<{ readonly did: string }>
  readonly #shownBy: Query<{ readonly did: string }>
  readonly #alarms: Query<ContactAlarm & { readonly did: string }>
  readonly #cache = new Map<string, KnownPerson>()
  /** The lists of a person that were verified last, with their text. */
  readonly #checked = new Map<
    string,
    { readonly text: string; readonly lists: readonly SignedDeviceList[] }
  >()

  constructor(options: ContactBookOptions) {
    this.#options = options
    const { database } = options
    this.#get = database.prepare(
      `SELECT did, lists, profile, device, verified_root AS verifiedRoot, verified_ms AS verifiedMs, asked_ms AS askedMs
       FROM contacts_persons WHERE did = ?`,
    )
    this.#dids = database.prepare('SELECT did FROM contacts_persons ORDER BY did')
    this.#shownBy = database.prepare('SELECT did FROM contacts_nodes WHERE key = ?')
    this.#alarms = database.prepare(
      'SELECT did, kind, at_ms AS atMs, detail FROM contacts_alarms ORDER BY at_ms, did, kind',
    )
  }

  get dids(): string[] {
    return this.#dids.all().map(({ did }) => did)
  }

  get alarms(): readonly (ContactAlarm & { readonly did: string })[] {
    return this.#alarms.all()
  }

  /** Returns null for a person that no contact has shown. */
  find(did: string): KnownPerson | null {
    const cached = this.#cache.get(did)
    if (cached) return cached
    const row = this.#get.get(did)
    if (!row) return null
    const person = this.#read(row)
    remember(this.#cache, did, person)
    return person
  }

  stateOf(did: string): PersonState {
    const person = this.find(did)
    return { lists: person?.lists.length ?? 0, profile: person?.profile?.profile.version ?? null }
  }

  /** Returns the keys to compare. Without lists, the person's only known key is that of the DID. */
  keysOf(did: string): PersonKeys {
    const person = parseDidKey(did)
    return { person, root: this.find(did)?.lists.at(-1)?.list.root ?? person }
  }

  /**
   * Call it when contacts have changed: records the persons that they show, and forgets unverified
   * persons that no contact shows.
   */
  follow(nodes: readonly ContactNode[]): void {
    const { database } = this.#options
    database.transaction(() => {
      for (const { key, did } of nodes) {
        const before = this.#shownBy.get(key)?.did
        if (did === null || did === before) continue
        this.#run('INSERT OR REPLACE INTO contacts_nodes VALUES (?, ?)', key, did)
        this.#run("INSERT OR IGNORE INTO contacts_persons (did, lists) VALUES (?, '[]')", did)
        if (before === undefined) continue
        const wasVerified = this.find(before)?.verifiedMs != null
        this.#raise(did, 'changed', before)
        if (wasVerified) this.#raise(did, 'unverified', before)
      }
      const keys = JSON.stringify(nodes.map(({ key }) => key))
      this.#run('DELETE FROM contacts_nodes WHERE key NOT IN (SELECT value FROM json_each(?))', keys)
      this.#run(
        'DELETE FROM contacts_persons WHERE verified_ms IS NULL AND did NOT IN (SELECT did FROM contacts_nodes)',
      )
      this.#run('DELETE FROM contacts_alarms WHERE did NOT IN (SELECT did FROM contacts_persons)')
    })
    this.#cache.clear()
    this.#options.onChanged()
  }

  /**
   * Judges lists that a contact's node sent for this person: either all of them, or the last
   * common one (the sender's last one if it has fewer) and those that follow. Returns `incomplete`
   * if all are needed for a verdict. Throws `bad-device-list`.
   */
  takeLists(did: string, lists: readonly SignedDeviceList[]): 'accepted' | 'refused' | 'incomplete' {
    const known = this.find(did)
    if (!known) return 'refused'
    const isWhole = lists[0]?.list.sequence === 0
    if (!isWhole && known.lists.length === 0) return 'incomplete'
    const verdict = this.#judge(did, known.lists, lists, isWhole)
    if (verdict === null) return 'incomplete'
    switch (verdict.kind) {
      case 'forked':
      case 'older':
        this.#raise(did, verdict.kind)
        this.#changed(did)
        return 'refused'
      case 'same':
        return 'accepted'
      case 'first':
        this.#keep(known, lists)
        return 'accepted'
      case 'newer':
        if (verdict.rotated && !isWhole) return 'incomplete'
        if (verdict.rotated) {
          this.#raise(did, 'rotated')
          if (known.verifiedMs !== null) this.#raise(did, 'unverified')
        }
        this.#keep(known, isWhole ? lists : [...known.lists, ...after(lists, known.lists)])
        return 'accepted'
    }
  }

  /**
   * Accepts a profile that is newer than the known one and signed by a device of the newest list.
   * Throws `bad-profile`.
   */
  takeProfile(
    did: string,
    { bytes, device }: { readonly bytes: Uint8Array; readonly device: Uint8Array },
  ): boolean {
    const known = this.find(did)
    const list = known?.lists.at(-1)?.list
    if (!known || !list) return false
    const { profile } = readProfile(bytes, device, list)
    if (known.profile && profile.version <= known.profile.profile.version) return false
    this.#run('UPDATE contacts_persons SET profile = ?, device = ? WHERE did = ?', bytes, device, did)
    this.#changed(did)
    return true
  }

  /** Records that one of the person's nodes answered. */
  answered(did: string): void {
    this.#run('UPDATE contacts_persons SET asked_ms = ? WHERE did = ?', this.#nowMs, did)
    this.#cache.delete(did)
  }

  /** Records that the user has compared the keys that `keysOf` returns. Throws `not-found`. */
  verify(did: string): void {
    this.mustFind(did)
    const { root } = this.keysOf(did)
    this.#run(
      'UPDATE contacts_persons SET verified_root = ?, verified_ms = ? WHERE did = ?',
      ...[root, this.#nowMs, did],
    )
    this.#run("DELETE FROM contacts_alarms WHERE did = ? AND kind = 'unverified'", did)
    this.#changed(did)
  }

  /** Throws `not-found`. */
  unverify(did: string): void {
    this.mustFind(did)
    this.#run('UPDATE contacts_persons SET verified_root = NULL, verified_ms = NULL WHERE did = ?', did)
    this.#changed(did)
  }

  /** Throws `not-found`. */
  dismissAlarms(did: string): void {
    this.mustFind(did)
    this.#run('DELETE FROM contacts_alarms WHERE did = ?', did)
    this.#changed(did)
  }

  mustFind(did: string): KnownPerson {
    const person = this.find(did)
    if (!person)
      throw new Failure('not-found', 'no contact has shown this did:key to this node', { field: 'did' })
    return person
  }

  /** Returns null if the lists cannot be judged without those in between. */
  #judge(
    did: string,
    known: readonly SignedDeviceList[],
    lists: readonly SignedDeviceList[],
    isWhole: boolean,
  ): ReturnType<typeof judgeDeviceLists> | null {
    const newest = known.at(-1) ?? null
    // `judgeDeviceLists` only knows the newest list; compare with earlier ones, too.
    const other = lists.find(each => isTwin(known[each.list.sequence], each))
    const fork = other && newest && ({ kind: 'forked', list: newest, other } as const)
    try {
      const verdict = judgeDeviceLists(did, newest, lists)
      // The successor also takes over from a thief of the root key.
      return (verdict.kind === 'newer' && verdict.rotated) || !fork ? verdict : fork
    } catch (error) {
      if (fork) return fork
      if (isWhole) throw error
      return null
    }
  }

  #keep({ did, profile, verifiedMs }: KnownPerson, lists: readonly SignedDeviceList[]): void {
    if (lists.length > MAX_LISTS)
      throw new IdentityError('bad-device-list', `There are more than ${MAX_LISTS} device lists.`)
    const text = JSON.stringify(lists.map(({ bytes }) => Buffer.from(bytes).toString('base64url')))
    const { list } = lists.at(-1)!
    this.#run('UPDATE contacts_persons SET lists = ? WHERE did = ?', text, did)
    remember(this.#checked, did, { text, lists })
    // The profile is invalid once the device that signed it is removed.
    if (profile && !isSignedFor(profile, list))
      this.#run('UPDATE contacts_persons SET profile = NULL, device = NULL WHERE did = ?', did)
    if (verifiedMs !== null && !this.#isVerified(did, list.root))
      this.#run('UPDATE contacts_persons SET verified_root = NULL, verified_ms = NULL WHERE did = ?', did)
    this.#changed(did)
  }

  #isVerified(did: string, root: Uint8Array): boolean {
    const kept = this.#get.get(did)?.verifiedRoot
    return kept != null && isEqual(kept, root)
  }

  #raise(did: string, kind: ContactAlarm['kind'], detail: string | null = null): void {
    const isNew = !this.alarms.some(alarm => alarm.did === did && alarm.kind === kind)
    const atMs = this.#nowMs
    this.#run('INSERT OR REPLACE INTO contacts_alarms VALUES (?, ?, ?, ?)', did, kind, atMs, detail)
    if (isNew) this.#options.onAlarm(did, { kind, atMs, detail })
  }

  #read({ did, lists: text, profile, device, verifiedMs, askedMs }: Row): KnownPerson {
    const checked = this.#checked.get(did)
    const lists = checked?.text === text ? checked.lists : readLists(text)
    if (lists !== checked?.lists) remember(this.#checked, did, { text, lists })
    const list = lists.at(-1)?.list
    const signed = profile && device && list ? readProfile(profile, device, list) : null
    return { did, lists, profile: signed, verifiedMs, askedMs }
  }

  #changed(did: string): void {
    this.#cache.delete(did)
    this.#options.onChanged()
  }

  get #nowMs(): number {
    return Math.floor(this.#options.now())
  }

  #run(sql: string, ...values: Parameters<Query<never>['run']>): void {
    this.#options.database.prepare(sql).run(...values)
  }
}

/** Returns whether the same key signed two different lists of a person with the same number. */
function isTwin(own: SignedDeviceList | undefined, other: SignedDeviceList): boolean {
  if (!own || isEqual(own.hash, other.hash)) return false
  return isEqual(own.list.root, other.list.root) && isEqual(own.list.person, other.list.person)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function after(lists: readonly SignedDeviceList[], known: readonly SignedDeviceList[]): SignedDeviceList[] {
  return lists.filter(({ list }) => list.sequence >= known.length)
}

function isSignedFor({ bytes, device }: SignedProfile, list: SignedDeviceList['list']): boolean {
  try {
    readProfile(bytes, device, list)
    return true
  } catch {
    return false
  }
}

function readLists(text: string): SignedDeviceList[] {
  return (JSON.parse(text) as string[]).map(each => readDeviceList(Buffer.from(each, 'base64url')))
}

function remember<T>(cache: Map<string, T>, did: string, value: T): void {
  cache.delete(did)
  cache.set(did, value)
  if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!)
}
