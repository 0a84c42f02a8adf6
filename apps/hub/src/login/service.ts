import { service } from '@shoal/daemon/capability'
import type { DeviceProof, Login } from '@shoal/hub-api'
import type { Client } from '../kernel/client.ts'
import type { Guesses } from '../kernel/guesses.ts'

/** A device that has proved for whom it acts. Whether the person's lists have it is not checked. */
export interface ProvenDevice {
  /** A DID. */
  readonly person: string
  readonly description: Uint8Array
  /** SHA-256 of the description. */
  readonly hash: Uint8Array
  /** Accepts the proof, once. Rejects with `bad-login` the second time, in any process. */
  use(): Promise<void>
}

/** Logins, for capabilities that create or change accounts. */
export interface Logins {
  /** Checks the proof of a device. Rejects with `bad-login`. */
  prove(proof: DeviceProof, client: Client): Promise<ProvenDevice>
  /** Begins a session for a device that the newest list of its account contains. */
  begin(device: ProvenDevice, proof: DeviceProof, client: Client): Promise<Login>
  /**
   * Keeps device lists of a person, oldest first. Devices that the newest does not contain are logged out in all processes. Rejects with `bad-device-list` if they are forged, older, or
   * contradict the known ones.
   */
  publishLists(did: string, lists: readonly string[]): Promise<void>
  /** Slows down guessing, by addresses and other names. */
  readonly guesses: Pick<Guesses, 'admit' | 'failed'>
  /** Tells everybody, in all processes, that sessions of an account may have ended. */
  ended(did: string): void
  /** Reports accounts whose sessions may have ended, also those that another process reports. Returns a function that ends this. */
  onEnded(listener: (did: string) => void): () => void
}

export const LOGINS = service<Logins>('logins')
