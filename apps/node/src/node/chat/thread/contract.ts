/** Calls between the node and its chat thread. */
import type { CallOptions, ChatEvent } from '@shoal/api'
import type { SignalNews, SignalOrder } from '@shoal/chat/direct'
import type { HubAccess } from '@shoal/chat/hub'
import type { OperationPorts } from '@shoal/chat/operations'
import type { Input, RequestName } from '@shoal/hub-api/rooms'
import type { SignedDeviceList } from '@shoal/identity/devices'
import type { SentError } from './thread-calls.ts'

/** A person as the node knows it. */
export interface PersonFacts {
  readonly did: string
  /** The newest device list, as signed. */
  readonly list: Uint8Array | null
  /** The name that the user chose, or that of the signed profile. */
  readonly name: string | null
  readonly isContact: boolean
  readonly isBlocked: boolean
  /** See `ChatPerson`. */
  readonly isVerified: boolean
}

/** `isAll`: these are all known persons. */
export interface PeopleChange {
  readonly persons: readonly PersonFacts[]
  readonly isAll: boolean
}

export interface JoinedHome {
  readonly url: string
  readonly name: string
  /** Name of the user's account there. Empty if it has none, null until the first login. */
  readonly account: string | null
  /** The key that the hub signs with. */
  readonly key: Uint8Array
}

export interface ChatSurroundings {
  readonly hubs: readonly JoinedHome[]
  readonly settings: ReturnType<OperationPorts['settings']>
}

/** The device that chats, and the initial state. */
export interface ChatStart extends ChatSurroundings {
  readonly dataDir: string
  readonly did: string
  /** The lists that prove whose device this is. */
  readonly lists: readonly SignedDeviceList[]
  readonly description: Uint8Array
  readonly messageKey: { readonly publicKey: Uint8Array; readonly seed: Uint8Array }
  /** Whether to also exchange messages directly with other devices. */
  readonly isDirect: boolean
  readonly people: readonly PersonFacts[]
}

export type HubCall = keyof HubAccess['device']['api'] | 'getHub'

/** Calls from the node to the thread. */
export interface ForThread {
  open(start: ChatStart): Promise<void>
  operation(given: { readonly name: string; readonly input: unknown }, options: CallOptions): Promise<unknown>
  surroundings(now: ChatSurroundings): void
  people(change: PeopleChange): void
  /** Something that a hub sent without a request. */
  received(given: { readonly link: number; readonly name: string; readonly body: unknown }): void
  linkClosed(given: { readonly link: number; readonly reason: string; readonly isFinal: boolean }): void
  /** Exchanges messages over a channel until it ends. */
  connect(given: {
    readonly channel: number
    readonly binding: Uint8Array
    readonly isInitiator: boolean
  }): Promise<void>
  /** Resolves when there is room for more. Null: the channel has ended. */
  chunk(given: { readonly channel: number; readonly bytes: Uint8Array | null }): Promise<void> | void
  /** Sends a signal to a device in order to connect. */
  signal(order: SignalOrder): void
  close(): Promise<void>
}

/** Calls from the thread to the node. */
export interface ForNode {
  publish(event: ChatEvent): void
  warn(message: string): void
  /** The journals cannot be written, so the chat has ended. */
  failed(error: SentError): void
  /** Requests a person's device lists from the hub. Resulting changes arrive before the answer. */
  find(person: { readonly did: string; readonly home: string }): Promise<void>
  session(home: string): Promise<string>
  forgetSession(home: string): void
  hubCall(
    given: { readonly home: string; readonly name: HubCall; readonly input: object },
    options: CallOptions,
  ): Promise<unknown>
  /** Connects to the rooms of a hub. `link` identifies the connection from then on. */
  connectHub(
    given: { readonly home: string; readonly session: string; readonly link: number },
    options: Required<CallOptions>,
  ): Promise<void>
  request(given: {
    readonly link: number
    readonly name: RequestName
    readonly input: Input<RequestName>
  }): Promise<unknown>
  volatile(given: { readonly link: number; readonly room: Uint8Array; readonly bytes: Uint8Array }): void
  closeLink(link: number): void
  /** Resolves when the channel can take more. */
  send(given: { readonly channel: number; readonly bytes: Uint8Array }): Promise<void>
  closeChannel(channel: number): void
  /** The devices that can connect have changed, or one of them has sent a signal. */
  signaled(news: SignalNews): void
}
