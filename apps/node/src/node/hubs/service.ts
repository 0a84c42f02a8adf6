import { service } from '@shoal/daemon/capability'
import type { HubApi } from '@shoal/hub-api/client'
import type { DeviceClient } from '@shoal/hub-api/device-client'
import type { Connect } from '@shoal/hub-api/rooms'

/** A hub of which the node's user is a member. */
export interface HubMember {
  /** Its origin: `https://hub.example.org`. */
  readonly url: string
  readonly name: string
  /** `did:web` of a hub with a public address. */
  readonly did: string | null
  /** `did:key` of the key with which it signs. */
  readonly key: string
  readonly joinedMs: number
}

/** Everything that it takes to connect to the rooms and inboxes of a hub. */
export interface HubAccess {
  readonly device: Pick<DeviceClient, 'api' | 'session' | 'forget'>
  /** The key with which the hub signs. */
  readonly hub: Uint8Array
  /** Connects to the rooms with the secret of a session, through the node's proxy if it has one. */
  connect(session: string): Connect
}

/** The hubs that the node's user has joined, for whatever stands on them. */
export interface Hubs {
  list(): readonly HubMember[]
  /** Reports that a hub was joined or left. Returns a function that ends this. */
  onChanged(listener: () => void): () => void
  /**
   * Returns the operations of a hub, with the session of this node: calls log in first. They reject with an ApiError, `unreachable` if no hub answers. Throws
   * `not-found` for a hub that was not joined, and `conflict` if the node is not a device of its user.
   */
  clientFor(url: string): HubApi
  /** Returns how to reach the rooms of a hub. Throws as `clientFor`. */
  accessFor(url: string): HubAccess
}

export const HUBS = service<Hubs>('hubs')
