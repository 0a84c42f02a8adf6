/**
 * The events of the API: publishes changes of the chat. A busy conversation is announced at most 33
 * times a second.
 */
import type { ChatConversation } from '@shoal/api'
import { equalBytes, hex } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'
import type { ChatListener } from '../device/chat-device.ts'
import type { Conversation } from '../device/conversation.ts'
import type { TransferProgress } from '../device/history-transfer.ts'
import type { RoomProblem } from '../device/ports.ts'
import type { Presence } from '../device/presence.ts'
import { viewMessage, viewTransfer } from './chat-views.ts'
import type { OperationPorts } from './given.ts'

const PAUSE_MS = 30
/** Most new messages announced one by one; beyond that, only the newest. */
const MAX_FRESH = 10
/** Above this number of changes, screens reload everything. */
const MAX_TOUCHED = 50
const MAX_PROBLEMS = 20

interface Announced {
  /** Ids of messages received since the last announcement. */
  fresh: MessageId[]
  problems: ChatConversation['problems']
  isDue: boolean
  /** Ends the pause. */
  cancel: (() => void) | null
}

export class ChatEvents implements ChatListener {
  readonly #ports: OperationPorts
  readonly #announced = new Map<string, Announced>()

  constructor(ports: OperationPorts) {
    this.#ports = ports
  }

  /** Problems of a conversation since the chat was opened, the newest last. */
  problemsOf({ id }: Conversation): ChatConversation['problems'] {
    return [...(this.#announced.get(hex(id))?.problems ?? [])]
  }

  changed(conversation: Conversation): void {
    const of = this.#of(conversation)
    of.isDue = true
    if (!of.cancel) this.#announce(conversation, of)
  }

  arrived(conversation: Conversation, id: MessageId): void {
    const of = this.#of(conversation)
    of.fresh.push(id)
    if (of.fresh.length > MAX_FRESH) of.fresh.shift()
  }

  removed({ id }: Conversation): void {
    this.#announced.get(hex(id))?.cancel?.()
    this.#announced.delete(hex(id))
    this.#ports.publish({ type: 'chat', conversation: null, messages: null })
  }

  presence({ id }: Conversation, did: string, what: Presence): void {
    this.#ports.publish({ type: 'chat-presence', conversation: hex(id), did, what })
  }

  transferred(progress: TransferProgress): void {
    this.#ports.publish({ type: 'chat-transfer', transfer: viewTransfer(progress) })
  }

  problem(conversation: Conversation, { code, message }: RoomProblem): void {
    const of = this.#of(conversation)
    const others = of.problems.filter(each => each.code !== code || each.message !== message)
    const atMs = Math.floor(this.#ports.clock.unixMs())
    of.problems = [...others, { code, message, atMs }].slice(-MAX_PROBLEMS)
    this.changed(conversation)
  }

  /** Stops publishing. Idempotent. */
  close(): void {
    for (const { cancel } of this.#announced.values()) cancel?.()
    this.#announced.clear()
  }

  #of({ id }: Conversation): Announced {
    const key = hex(id)
    const known = this.#announced.get(key)
    if (known) return known
    const of: Announced = { fresh: [], problems: [], isDue: false, cancel: null }
    this.#announced.set(key, of)
    this.#ports.publish({ type: 'chat', conversation: null, messages: null })
    return of
  }

  #announce(conversation: Conversation, of: Announced): void {
    const id = hex(conversation.id)
    of.isDue = false
    of.cancel = this.#ports.clock.after(PAUSE_MS, () => {
      of.cancel = null
      if (of.isDue) this.#announce(conversation, of)
    })
    const touched = conversation.reader.takeTouched()
    const changed = touched && touched.length <= MAX_TOUCHED ? touched.map(each => hex(each)) : null
    this.#ports.publish({ type: 'chat', conversation: id, messages: changed })
    const fresh = of.fresh.splice(0)
    if (fresh.length === 0 || conversation.isRequest) return
    const { messages, settings } = conversation
    const { readUpTo, isMuted } = settings
    const from = readUpTo ? messages.findIndex(each => equalBytes(each.id, readUpTo)) + 1 : 0
    for (const message of messages.slice(from)) {
      if (!fresh.some(each => equalBytes(each, message.id))) continue
      if (isMuted && !message.mentions.includes(this.#ports.ownDid())) continue
      const view = viewMessage(this.#ports, conversation, message)
      this.#ports.publish({ type: 'chat-message', conversation: id, message: view })
    }
  }
}
