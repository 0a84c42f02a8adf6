/** The calls that the node and the thread of its chat make to each other. */
import type { CallOptions, ChatEvent } from '@shoal/api'
import type { SignalNews, SignalOrder } from '@shoal/chat/direct'
import type { HubAccess } from '@shoal/chat/hub'
import type { OperationPorts } from '@shoal/chat/operations'
import type { Input, RequestName } from '@shoal/hub-api/rooms'
import type { SignedDeviceList } from '@shoal/identity/devices'
import type { SentError } from './thread-calls.ts'

/** Describes a person, as the node knows it. */
export interface PersonFacts {
  readonly did: string
  /** The newest device list, as it was signed. */
  readonly list: Uint8Array | null
  /** The name that the user gave, or that of the signed profile. */
  readonly name: string | null
  readonly isContact: boolean
  readonly isBlocked: boolean
}

/** `isAll`: nothing is known about anybody else. */
export interface PeopleChange {
  readonly persons: readonly PersonFacts[]
  readonly isAll: boolean
}

export interface JoinedHome {
  readonly url: string
  readonly name: string
  /** The key with which the hub signs. */
  readonly key: Uint8Array
}

export interface ChatSurroundings {
  readonly hubs: readonly JoinedHome[]
  readonly settings: ReturnType<OperationPorts['settings']>
}

/** The device whose chat it is, and everything that is known when it begins. */
export interface ChatStart extends ChatSurroundings {
  readonly dataDir: string
  readonly did: string
  /** The lists that show whose device this is. */
  readonly lists: readonly SignedDeviceList[]
  readonly description: Uint8Array
  readonly messageKey: { readonly publicKey: Uint8Array; readonly seed: Uint8Array }
  /** Exchange messages with other devices, too. */
  readonly isDirect: boolean
  readonly people: readonly PersonFacts[]
}

export type HubCall = keyof HubAccess['device']['api']

/** The node asks the thread. */
export interface ForThread {
  open(start: ChatStart): Promise<void>
  operation(given: { readonly name: string; readonly input: unknown }, options: CallOptions): Promise<unknown>
  surroundings(now: ChatSurroundings): void
  people(change: PeopleChange): void
  /** Something that a hub sent unasked. */
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
  /** Sends something to a device, to connect with it. */
  signal(order: SignalOrder): void
  close(): Promise<void>
}

/** The thread asks the node. */
export interface ForNode {
  publish(event: ChatEvent): void
  warn(message: string): void
  /** The journals cannot be written: the chat has ended. */
  failed(error: SentError): void
  /** Asks the hub for the device list of a person. What it changes comes before the answer. */
  find(person: { readonly did: string; readonly home: string }): Promise<void>
  session(home: string): Promise<string>
  forgetSession(home: string): void
  hubCall(
    given: { readonly home: string; readonly name: HubCall; readonly input: object },
    options: CallOptions,
  ): Promise<unknown>
  /** Connects to the rooms of a hub. `link` names the connection from then on. */
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
  /** Resolves when the channel takes more. */
  send(given: { readonly channel: number; readonly bytes: Uint8Array }): Promise<void>
  closeChannel(channel: number): void
  /** Devices that may connect have changed, or one has sent something for that. */
  signaled(news: SignalNews): void
}
