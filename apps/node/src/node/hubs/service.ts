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
  /** `did:key` of the hub's signing key. */
  readonly key: string
  readonly joinedMs: number
  /** Name of the person's account; empty if it has none, null until the first login. */
  readonly account: string | null
}

/** Data for connecting to the rooms and inboxes of a hub. */
export interface HubAccess {
  readonly device: Pick<DeviceClient, 'api' | 'session' | 'forget'>
  /** The hub's signing key. */
  readonly hub: Uint8Array
  /** Connects to the rooms with a session's secret, through the node's proxy if it has one. */
  connect(session: string): Connect
}

/** The hubs that the node's user has joined, for other capabilities. */
export interface Hubs {
  list(): readonly HubMember[]
  /** Calls the listener when a hub was joined or left, until the returned function is called. */
  onChanged(listener: () => void): () => void
  /**
   * Returns the operations of a hub, with this node's session: calls log in first. They reject with
   * an ApiError, `unreachable` if no hub answers. Throws `not-found` for a hub that was not joined,
   * and `conflict` if the node is not a device of its user.
   */
  clientFor(url: string): HubApi
  /** Returns how to reach the rooms of a hub. Throws as `clientFor`. */
  accessFor(url: string): HubAccess
}

export const HUBS = service<Hubs>('hubs')
