/** The profile of the node's user, signed by this node as one of the user's devices. */
import type { OwnProfile as OwnProfileAnswer } from '@shoal/api'
import type { Database } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import { type DeviceList, deviceHash, didOf, newestList } from '@shoal/identity/devices'
import { type ProfileContent, readProfile, type SignedProfile, signProfile } from '@shoal/identity/profile'
import { SHOAL } from '../../base/program.ts'
import type { OwnPerson } from '../devices/service.ts'

interface Row {
  readonly person: string
  readonly profile: Uint8Array
  readonly device: Uint8Array
}

const NOTHING: ProfileContent = { name: null, picture: null }

export class OwnProfile {
  readonly #database: Database
  readonly #person: OwnPerson
  readonly #now: () => number

  /** `now`: milliseconds since the Unix epoch. */
  constructor(database: Database, person: OwnPerson, now: () => number) {
    this.#database = database
    this.#person = person
    this.#now = now
  }

  /** The user's newest device list; null if there is none. */
  get list(): DeviceList | null {
    const { history } = this.#person
    return history && newestList(history).list
  }

  /**
   * The profile shown to contacts. Null if there is none, or if the device that signed it was
   * removed.
   */
  get signed(): SignedProfile | null {
    const { list } = this
    const row = this.#row
    if (!list || !row) return null
    try {
      return readProfile(row.profile, row.device, list)
    } catch {
      return null
    }
  }

  /** Why this node cannot sign. */
  get problem(): Exclude<OwnProfileAnswer['problem'], 'other-key' | 'network-off'> {
    if (!this.list) return 'no-devices'
    return this.#person.device ? null : 'not-a-device'
  }

  /**
   * Signs a changed profile; omitted members are kept. Throws `bad-argument`, `bad-picture`, and
   * `conflict` if the node is not a device of its user.
   */
  set(changes: Partial<ProfileContent>): void {
    const { list } = this
    const { device } = this.#person
    if (!list || !device)
      throw new Failure(
        'conflict',
        `only a device of a person signs a profile, and this node is none: ${SHOAL} devices add makes it one`,
        { field: 'name' },
      )
    const before = this.#last
    const { name, picture } = { ...NOTHING, ...before?.profile, ...changes }
    // Based on the clock, so that the person's other nodes, which do not know this profile, sign
    // newer ones.
    const version = Math.max((before?.profile.version ?? 0) + 1, Math.floor(this.#now() / 1000))
    const signed = signProfile({ name, picture }, version, { list, ...device })
    this.#database
      .prepare('INSERT OR REPLACE INTO contacts_own VALUES (1, ?, ?, ?)')
      .run(didOf(list), signed.bytes, signed.device)
  }

  /**
   * Signs the profile again if the device that signed it has a new description or was added again.
   */
  refresh(): void {
    if (this.#last && !this.signed && this.#person.device) this.set({})
  }

  get #row(): Row | null {
    const { list } = this
    const row = this.#database.prepare<Row>('SELECT person, profile, device FROM contacts_own').get()
    // The profile of another person, whom the node has forgotten on request.
    return row && list && row.person === didOf(list) ? row : null
  }

  /** The last signed profile, even if its device was removed. */
  get #last(): SignedProfile | null {
    const row = this.#row
    const { list } = this
    if (!row || !list) return null
    return readProfile(row.profile, row.device, { ...list, devices: [deviceHash(row.device)] })
  }
}
