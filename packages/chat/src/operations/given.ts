/** Dependencies of the operations besides the chat itself. */
import type { CHAT, ChatEvent, OperationFunctions } from '@shoal/api'
import type { Clock } from '@shoal/torrent/base'
import type { People } from '../device/ports.ts'

export type ChatCalls = OperationFunctions<(typeof CHAT)['operations']>

export interface OperationPorts {
  /** Returns the DID of the person whose device this is. */
  ownDid(): string
  readonly people: Pick<People, 'known'>
  /** Returns the user's name for a person, or that of the signed profile. */
  nameOf(did: string): string | null
  /** Returns whether the user verified the key that signs the person's newest known list. */
  isVerified(did: string): boolean
  /**
   * Returns the hubs where conversations can be created. `url`: the `home` of `RoomToFollow`.
   * `account`: the name of the user's account there. `key`: did:key of the hub's signing key.
   */
  hubs(): readonly {
    readonly url: string
    readonly name: string
    readonly key: string
    readonly account?: string | null
  }[]
  /**
   * Returns whether a hub lets people without an account into the rooms of shares. Rejects if the
   * hub cannot be asked.
   */
  letsGuestsIn(url: string): Promise<boolean>
  settings(): { readonly sendReadMarks: boolean; readonly sendPresence: boolean }
  publish(event: ChatEvent): void
  readonly clock: Clock
}
