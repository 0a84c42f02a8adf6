import { service } from '@shoal/daemon/capability'
import type { SignedDeviceList } from '@shoal/identity/devices'
import type { SignedProfile } from '@shoal/identity/profile'

/** Persons that contacts have shown. */
export interface ContactPersons {
  /** All their DIDs. */
  dids(): readonly string[]
  find(did: string): {
    /** Verified, oldest first. */
    readonly lists: readonly SignedDeviceList[]
    readonly profile: SignedProfile | null
    /** When the user verified the key that signs the last list; that of the DID without a list. */
    readonly verifiedMs: number | null
  } | null
  /** Calls the listener after a change of any person, until the returned function is called. */
  onChanged(listener: () => void): () => void
}

export const CONTACT_PERSONS = service<ContactPersons>('contact persons')
