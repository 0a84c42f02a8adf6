/** Data that `chat-member.ts` and the program of a member exchange. */
export type ConversationKind = 'group' | 'private' | 'share'

export interface ChatMemberGiven {
  /** The public address of the hub, which leads nowhere. */
  readonly home: string
  /** Address at which this member reaches it. */
  readonly gate: string
  readonly did: string
  /** In base64url, like all bytes in this file. */
  readonly loginSeed: string
  readonly messageSeed: string
  /** The description of the device. */
  readonly device: string
  readonly lists: readonly string[]
  /** All members with their newest device list. */
  readonly people: readonly { readonly did: string; readonly list: string }[]
}

export interface ConversationState {
  /** In hex. */
  readonly id: string
  readonly state: 'joining' | 'member' | 'left'
  /** Position up to which the log was read. */
  readonly through: number
  /** Own messages that have no place in the log yet. */
  readonly waiting: number
  /** Epoch, rules and members, as text. */
  readonly group: string
  readonly count: number
  /** Messages that are shown again. */
  readonly repeated: number
  /** Covers all texts in their order. */
  readonly digest: string
}

export interface ChatMemberState {
  readonly group: ConversationState | null
  readonly share: ConversationState | null
  readonly private: ConversationState | null
  readonly problems: readonly string[]
}

/** A point at which the program writes to its journals. `isDurable`: it dies after the write. */
export interface WritePoint {
  readonly point: string
  readonly isDurable: boolean
}

export interface SeenPoint {
  readonly point: string
  readonly isAtStart: boolean
}

/** Sends requests to the hub through a gate. */
export function throughGate({ home, gate }: Pick<ChatMemberGiven, 'home' | 'gate'>): typeof fetch {
  return (address, options) => {
    const headers = new Headers(options?.headers)
    // A recording gate can read the traffic.
    headers.set('accept-encoding', 'identity')
    return fetch(String(address).replace(home, gate), { ...options, headers })
  }
}
