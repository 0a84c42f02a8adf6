import { service } from '@shoal/daemon/capability'
import type { KeyPair } from '@shoal/identity'
import type { Device, DeviceHistory } from '@shoal/identity/devices'

/** The node's user, and this node as one of the user's devices. */
export interface OwnPerson {
  /** All device lists of the user. Null if there are none. */
  readonly history: DeviceHistory | null
  /** This node, if the newest list has it, with the keys that sign what it says to others and its logins. */
  readonly device: { readonly device: Device; readonly signer: KeyPair; readonly login: KeyPair } | null
  /** Reports other lists. Returns a function that ends this. */
  onChanged(listener: () => void): () => void
}

export const OWN_PERSON = service<OwnPerson>('own person')
