/** Follows a conversation: prints messages as they arrive, and sends the user's lines. */
import type { ChatConversation, ChatMessage, NodeEvent } from '@shoal/api'
import { printable } from '@shoal/daemon/printable'
import type { NodeClient } from '../client/node-client.ts'
import { CommandFailure, explainFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import { ChatLines } from './chat-lines.ts'
import { mentionsIn, nameOf, titleOf } from './names.ts'
import { contextOf, messageLines } from './print.ts'
import { waitsForHub } from './send.ts'

const say = texts.chat
/** Number of messages read after each change. */
const PAGE = 100
/** Time for the hub to accept a message before it is shown as waiting. */
const PATIENCE_MS = 2000
const END_PATIENCE_MS = 5000
/** Time after which a typing notification expires. */
const TYPING_MS = 10_000
/** Interval of notifications that the user is still typing. */
const TYPING_EVERY_MS = 4000

export interface FollowOptions {
  /** Number of messages to start with. */
  readonly limit: number
  readonly keepUnread: boolean
  /** Send the lines of standard input. */
  readonly writes: boolean
}

/**
 * Resolves when the user stops it or the input ends. Rejects with `removed` when the user is no
 * longer a member.
 */
export async function followConversation(
  node: NodeClient,
  conversation: ChatConversation,
  options: FollowOptions,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  const follower = new Follower(node, conversation, options, output, signal)
  try {
    await follower.run()
  } finally {
    await follower.close()
  }
}

class Follower {
  readonly #api: NodeClient['api']
  readonly #node: NodeClient
  readonly #options: FollowOptions
  readonly #output: Output
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  /** The printed state of each message, by id. */
  readonly #printed = new Map<string, string>()
  /** Timers of typing members, by did:key. */
  readonly #typing = new Map<string, NodeJS.Timeout>()
  #conversation: ChatConversation
  #lines: ChatLines | null = null
  #refreshing: Promise<void> | null = null
  #isStale = false
  #patience: NodeJS.Timeout | null = null
  #sending: Promise<void> = Promise.resolve()
  #toldTypingMs = 0
  #readUpTo: string | null = null
  #error: unknown = null

  constructor(
    node: NodeClient,
    conversation: ChatConversation,
    options: FollowOptions,
    output: Output,
    signal: AbortSignal,
  ) {
    this.#node = node
    this.#api = node.api
    this.#conversation = conversation
    this.#options = options
    this.#output = output
    this.#signal = AbortSignal.any([signal, this.#ending.signal])
  }

  async run(): Promise<void> {
    const { id } = this.#conversation
    for await (const event of this.#node.events(['chat'], { signal: this.#signal })) {
      if (event.type === 'hello') {
        await this.#refresh()
        this.#open()
      } else if (event.type === 'resync') void this.#refresh()
      else if (event.type === 'chat' && (event.conversation === id || event.conversation === null))
        void this.#refresh()
      else if (event.type === 'chat-presence' && event.conversation === id) this.#presence(event)
    }
    if (this.#error !== null) throw this.#error
  }

  async close(): Promise<void> {
    this.#ending.abort()
    this.#lines?.close()
    if (this.#patience) clearTimeout(this.#patience)
    for (const timer of this.#typing.values()) clearTimeout(timer)
    await this.#refreshing
    if (this.#lines) await this.#show('away')
  }

  /** Starts reading lines, below the first messages. */
  #open(): void {
    if (this.#lines || !this.#options.writes) return
    this.#lines = new ChatLines({
      terminal: process.stdin.isTTY ? this.#output.terminal : null,
      line: text => this.#send(text),
      typing: isTyping => this.#tellTyping(isTyping),
      end: () => void this.#inputEnded(),
    })
    void this.#show('here')
  }

  /** Prints news. Calls during a run cause one more run. */
  #refresh(): Promise<void> {
    this.#isStale = true
    this.#refreshing ??= this.#catchUp().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  async #catchUp(): Promise<void> {
    try {
      while (this.#isStale && !this.#signal.aborted) {
        this.#isStale = false
        await this.#look()
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#fail(error)
    }
  }

  async #look(): Promise<void> {
    const { id } = this.#conversation
    this.#conversation = await this.#api.getConversation({ conversation: id })
    const messages = await this.#newest()
    const context = contextOf(this.#conversation, messages)
    for (const message of messages) {
      const isRecent = Date.now() - message.sentMs < PATIENCE_MS
      if (waitsForHub(message) && isRecent && !this.#output.json) {
        this.#patience ??= setTimeout(() => {
          this.#patience = null
          void this.#refresh()
        }, PATIENCE_MS)
        continue
      }
      const now = printedOf(message, this.#output.json)
      const before = this.#printed.get(message.id)
      if (before === now) continue
      this.#printed.set(message.id, now)
      this.#endTyping(message.sender.did)
      if (this.#output.json)
        this.#output.object({ event: before === undefined ? 'message' : 'changed', message })
      else this.#print(messageLines(message, context))
    }
    await this.#markRead(messages.findLast(({ sender }) => !sender.isSelf))
    if (this.#conversation.state === 'left')
      this.#fail(new CommandFailure('removed', say.left({ name: titleOf(this.#conversation) })))
  }

  /** Returns the newest messages, back to one that was already printed. */
  async #newest(): Promise<readonly ChatMessage[]> {
    const { id: conversation } = this.#conversation
    const isFirst = this.#printed.size === 0
    const limit = isFirst ? this.#options.limit : PAGE
    let all: ChatMessage[] = []
    for (;;) {
      const before = all[0]?.id
      const { items, hasOlder } = await this.#api.listMessages({
        ...{ conversation, limit },
        ...(before !== undefined && { before }),
      })
      all = [...items, ...all]
      if (isFirst || !hasOlder || items.some(({ id }) => this.#printed.has(id))) return all
    }
  }

  async #markRead(last: ChatMessage | undefined): Promise<void> {
    if (!last || this.#options.keepUnread || this.#conversation.isRequest || last.id === this.#readUpTo)
      return
    this.#readUpTo = last.id
    await this.#api.markRead({ conversation: this.#conversation.id, message: last.id })
  }

  #send(text: string): void {
    const { id: conversation, members } = this.#conversation
    this.#toldTypingMs = 0
    this.#sending = this.#sending.then(async () => {
      try {
        await this.#api.sendMessage({ conversation, text, mentions: mentionsIn(text, members) })
      } catch (error) {
        if (this.#signal.aborted) return
        const { code, message } = explainFailure(error)
        if (this.#output.json) this.#output.object({ event: 'refused', text, error: { code, message } })
        else this.#printError(say.notSent({ reason: message }))
      }
    })
  }

  async #inputEnded(): Promise<void> {
    await this.#sending
    const ended = Date.now()
    // The node sends later what the hub does not accept in time.
    const isWaiting = async () => {
      const { items } = await this.#api.listMessages({ conversation: this.#conversation.id, limit: PAGE })
      return items.some(waitsForHub)
    }
    try {
      for await (const _ of this.#node.events(['chat'], {
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(END_PATIENCE_MS)]),
      }))
        if (Date.now() - ended > END_PATIENCE_MS || !(await isWaiting())) break
      await this.#refresh()
    } catch (error) {
      if (!this.#signal.aborted) this.#error = error
    }
    this.#ending.abort()
  }

  #tellTyping(isTyping: boolean): void {
    const nowMs = performance.now()
    const told = this.#toldTypingMs
    if (isTyping ? told !== 0 && nowMs - told < TYPING_EVERY_MS : told === 0) return
    this.#toldTypingMs = isTyping ? nowMs : 0
    void this.#show(isTyping ? 'typing' : 'stopped')
  }

  /** Presence can get lost. */
  async #show(what: 'typing' | 'stopped' | 'here' | 'away'): Promise<void> {
    const { id: conversation, isRequest } = this.#conversation
    if (isRequest || this.#options.keepUnread) return
    await this.#api.showPresence({ conversation, what }).catch(() => {})
  }

  #presence({ did, what }: Extract<NodeEvent, { type: 'chat-presence' }>): void {
    if (this.#output.json) return this.#output.object({ event: 'presence', did, what })
    if (what !== 'typing') return this.#endTyping(did)
    clearTimeout(this.#typing.get(did))
    this.#typing.set(
      did,
      setTimeout(() => this.#endTyping(did), TYPING_MS),
    )
    this.#noteTyping()
  }

  #endTyping(did: string): void {
    clearTimeout(this.#typing.get(did))
    if (this.#typing.delete(did)) this.#noteTyping()
  }

  #noteTyping(): void {
    const names = this.#conversation.members.filter(({ did }) => this.#typing.has(did)).map(nameOf)
    const note = names.length === 0 ? '' : say.typing({ names: names.join(', '), count: names.length })
    this.#lines?.note(printable(note, this.#output.terminal ?? {}))
  }

  #print(lines: readonly string[]): void {
    const write = () => {
      for (const line of lines) this.#output.line(line)
    }
    if (this.#lines) this.#lines.print(write)
    else write()
  }

  #printError(text: string): void {
    const write = () => this.#output.error(`shoal: ${text}`)
    if (this.#lines) this.#lines.print(write)
    else write()
  }

  #fail(error: unknown): void {
    this.#error ??= error
    this.#ending.abort()
  }
}

/** Returns everything that a message's lines depend on. */
function printedOf({ state, text, reactions, delivery }: ChatMessage, isJson: boolean): string {
  return JSON.stringify([state, text, reactions, isJson ? delivery : delivery === 'failed'])
}
