import { service } from '@shoal/daemon/capability'
import type { KeyPair } from '@shoal/identity'
import type { Device, DeviceHistory } from '@shoal/identity/devices'

/** The node's user, and this node as one of the user's devices. */
export interface OwnPerson {
  /** All device lists of the user. Null if there are none. */
  readonly history: DeviceHistory | null
  /**
   * This node if the newest list contains it, with the keys that sign its announcements and
   * logins.
   */
  readonly device: { readonly device: Device; readonly signer: KeyPair; readonly login: KeyPair } | null
  /** Calls the listener when the lists change, until the returned function is called. */
  onChanged(listener: () => void): () => void
}

export const OWN_PERSON = service<OwnPerson>('own person')
