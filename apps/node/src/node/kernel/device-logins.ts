import { service } from '@shoal/daemon/capability'

/** The devices with which the node's user logs in. One capability knows them, and the server asks. */
export interface DeviceLogins {
  /** The user, whose device list the node accepted. Null if there is none. */
  readonly did: string | null
  /** Whether a valid list of this person has a device with this login key: Ed25519, in hexadecimal digits. */
  accepts(person: string, loginKey: string): boolean
  /** Reports another list. Returns a function that ends this. */
  onChanged(listener: () => void): () => void
}

export const DEVICE_LOGINS = service<DeviceLogins>('device logins')
