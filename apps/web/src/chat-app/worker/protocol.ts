/** Messages between a page of the app and its worker, which runs the chat. */
import type { ChatContact } from '../../features/chat/chat-client.ts'
import type { ChatSettings } from '../device/chat-browser.ts'

export type PageMessage =
  | { readonly kind: 'call'; readonly call: number; readonly name: string; readonly input: object }
  | { readonly kind: 'cancel'; readonly call: number }
  | { readonly kind: 'settings'; readonly settings: ChatSettings }
  /** Creates peer connections, which a worker cannot: see `borrowRtc`. */
  | { readonly kind: 'rtc'; readonly port: MessagePort }

export interface Failure {
  readonly code: string
  readonly message: string
  readonly field: string | null
}

/** An error of a hub, with a text for users. */
export interface Fault {
  readonly hub: string
  readonly message: string
}

export type WorkerMessage =
  /** The chat is open. */
  | { readonly kind: 'open' }
  /** The chat cannot be opened, or has ended. */
  | { readonly kind: 'ended'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly call: number; readonly failure: Failure }
  /** An event of the API. */
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** All persons with alarms, after a change. */
  | { readonly kind: 'warned'; readonly persons: readonly ChatContact[] }
