import { service } from '@shoal/daemon/capability'

/** The passkeys of the tracker, for capabilities that let members in with them. */
export interface Passkeys {
  /** Returns the DID of the active account with this passkey, or null. */
  find(passkey: string): Promise<string | null>
}

export const TRACKER_PASSKEYS = service<Passkeys>('tracker-passkeys')
