import { service } from '@shoal/daemon/capability'

/** The devices that the node's user can log in with. One capability provides them to the server. */
export interface DeviceLogins {
  /** The user, whose device list the node has accepted. Null if there is none. */
  readonly did: string | null
  /**
   * Returns whether a valid list of this person has a device with this login key: Ed25519 in hex.
   */
  accepts(person: string, loginKey: string): boolean
  /** Calls the listener when the list changes, until the returned function is called. */
  onChanged(listener: () => void): () => void
}

export const DEVICE_LOGINS = service<DeviceLogins>('device logins')
