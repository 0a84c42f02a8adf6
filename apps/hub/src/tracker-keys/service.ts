import { service } from '@shoal/daemon/capability'

/** The tracker's passkeys, for capabilities that accept them as credentials. */
export interface Passkeys {
  /** Returns the DID of the active account with this passkey, or null. */
  find(passkey: string): Promise<string | null>
}

export const TRACKER_PASSKEYS = service<Passkeys>('tracker-passkeys')
