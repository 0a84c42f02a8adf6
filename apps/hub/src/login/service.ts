import { service } from '@shoal/daemon/capability'
import type { DeviceProof, Login } from '@shoal/hub-api'
import type { Client } from '../kernel/client.ts'
import type { Guesses } from '../kernel/guesses.ts'

/** A device that has proved whose it is. The user's lists are not checked. */
export interface ProvenDevice {
  /** A DID. */
  readonly person: string
  readonly description: Uint8Array
  /** SHA-256 of the description. */
  readonly hash: Uint8Array
  /** Consumes the proof. Rejects with `bad-login` the second time, in any process. */
  use(): Promise<void>
}

/** Logins, for capabilities that create or change accounts. */
export interface Logins {
  /** Checks the proof of a device. Rejects with `bad-login`. */
  prove(proof: DeviceProof, client: Client): Promise<ProvenDevice>
  /** Starts a session for a device in its account's newest list. */
  begin(device: ProvenDevice, proof: DeviceProof, client: Client): Promise<Login>
  /**
   * Stores device lists of a user, oldest first, and logs out devices missing from the newest in
   * all processes. Rejects with `bad-device-list` if they are forged, older, or contradict the
   * known ones.
   */
  publishLists(did: string, lists: readonly string[]): Promise<void>
  /** Limits guessing, by addresses and other names. */
  readonly guesses: Pick<Guesses, 'admit' | 'failed'>
  /** Notifies all listeners, in all processes, that sessions of an account may have ended. */
  ended(did: string): void
  /**
   * Calls a listener for accounts whose sessions may have ended, in any process. Returns a function
   * that removes it.
   */
  onEnded(listener: (did: string) => void): () => void
}

export const LOGINS = service<Logins>('logins')
