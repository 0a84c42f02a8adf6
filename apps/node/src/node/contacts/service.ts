import { service } from '@shoal/daemon/capability'
import type { SignedDeviceList } from '@shoal/identity/devices'
import type { SignedProfile } from '@shoal/identity/profile'

/** The persons whom contacts have shown. */
export interface ContactPersons {
  /** The DIDs of all of them. */
  dids(): readonly string[]
  find(did: string): {
    /** Verified, oldest first. */
    readonly lists: readonly SignedDeviceList[]
    readonly profile: SignedProfile | null
  } | null
  /** Reports a change of any of them. Returns a function that ends this. */
  onChanged(listener: () => void): () => void
}

export const CONTACT_PERSONS = service<ContactPersons>('contact persons')
