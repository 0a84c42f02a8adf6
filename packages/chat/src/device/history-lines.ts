/**
 * The history of conversations as lines of JSON: for a file, and for another device of the same
 * person. A line is a conversation, the credential of a device, or a message, which references
 * both. The reader verifies that a message's device signed it for that place; texts and names are
 * informative. A long history is divided into blocks: each starts with a conversation, and is
 * self-contained.
 */
import { base64urlnopad } from '@scure/base'
import { equalBytes, hex, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import { commitmentOfBody, verifyReport } from '../messages/message.ts'
import type { Conversation } from './conversation.ts'
import { arrivedOf, type Kept } from './kept-messages.ts'

/** Longest line, in characters: a message has at most 48 KiB. */
const MAX_LINE = 200_000
/** Messages added in one turn of a conversation. */
const AT_ONCE = 100
/** Characters after which a block ends, at the end of a line. */
const BLOCK_CHARS = 1 << 20
const ROOM_ID = /^[0-9a-f]{64}$/

type HistoryLine =
  | {
      readonly type: 'conversation'
      readonly id: string
      readonly kind: string
      readonly name: string
      readonly home: string
      /** Secret of a share's room: anyone who has it can enter. */
      readonly secret: string | null
      readonly readUpTo: string | null
    }
  | { readonly type: 'device'; readonly id: string; readonly credential: string }
  | {
      readonly type: 'message'
      readonly conversation: string
      readonly id: string
      readonly sequence: number | null
      readonly device: string
      readonly body: string
      readonly signature: string
      readonly sender: string
      readonly sentMs: number
      readonly text: string
    }

/**
 * Writes a part of a conversation's history (`WholeHistory`), oldest message first. `own`: this
 * device.
 */
export async function* linesOf(
  conversation: Conversation,
  own: GroupDevice,
  part: number,
): AsyncGenerator<string> {
  const { id, kind, home, settings, policy } = conversation
  const { history, linkSecret } = conversation.internals
  const room = hex(id)
  const write = (line: HistoryLine) => JSON.stringify(line)
  const about = write({
    ...{ type: 'conversation', id: room, kind, name: policy?.name ?? settings.title, home },
    secret: linkSecret && base64urlnopad.encode(linkSecret),
    readUpTo: settings.readUpTo && hex(settings.readUpTo),
  })
  yield about
  const written = new Set<string>()
  let chars = 0
  for (const kept of await history.messages.whole.read(part)) {
    const { clientId, device, sequence, body, signature } = kept
    const isOwn = equalBytes(device, own.hash)
    const credential = isOwn ? own.identity : history.credentials.get(latin1(device))
    if (!credential) continue
    if (chars > BLOCK_CHARS) {
      yield about
      written.clear()
      chars = 0
    }
    const name = hex(device)
    if (!written.has(name))
      yield write({ type: 'device', id: name, credential: base64urlnopad.encode(credential) })
    written.add(name)
    const { sender, sentMs, content } = arrivedOf(kept)
    const line = write({
      ...{ type: 'message', conversation: room, id: hex(clientId), sequence, device: name },
      ...{ body: base64urlnopad.encode(body), signature: base64urlnopad.encode(signature) },
      ...{ sender, sentMs, text: content && 'text' in content ? content.text : '' },
    })
    yield line
    chars += line.length
  }
}

type LineOf<Type> = HistoryLine & { readonly type: Type }

/** Messages of one conversation not yet added. */
interface Block {
  readonly messages: Kept[]
  /** With the lines that they refer to. */
  readonly lines: Set<string>
  chars: number
}

/** An incoming history: verifies the claims of its lines, and adds it to conversations. */
export class ArrivingHistory {
  readonly #devices = new Map<string, { readonly device: GroupDevice; readonly line: string }>()
  readonly #conversations = new Map<
    string,
    { readonly about: LineOf<'conversation'>; readonly line: string }
  >()
  readonly #blocks = new Map<string, Block>()

  /**
   * Processes a line. Returns the id of a conversation with enough messages to add. Throws
   * `bad-argument`, `bad-credential`, `bad-message`.
   */
  take(text: string): string | null {
    const line = readHistoryLine(text)
    if (line.type === 'conversation') {
      this.#conversations.set(line.id, { about: line, line: text })
      return this.waiting[0] ?? null
    }
    if (line.type === 'device') {
      const device = readCredential(bytesOf(line.credential))
      this.#devices.set(hex(device.hash), { device, line: text })
      return null
    }
    const kept = this.#verify(line)
    const known = this.#blocks.get(line.conversation)
    const block: Block = known ?? { messages: [], lines: new Set(), chars: 0 }
    this.#blocks.set(line.conversation, block)
    block.messages.push(kept)
    const about = this.#conversations.get(line.conversation)?.line ?? []
    for (const each of [about, this.#devices.get(line.device)!.line, text].flat()) block.lines.add(each)
    block.chars += text.length
    return block.messages.length >= AT_ONCE || block.chars > BLOCK_CHARS ? line.conversation : null
  }

  /** Returns a conversation's properties according to its line. */
  about(id: string): LineOf<'conversation'> | undefined {
    return this.#conversations.get(id)?.about
  }

  get conversations(): readonly LineOf<'conversation'>[] {
    return Array.from(this.#conversations.values(), ({ about }) => about)
  }

  /** Ids of conversations with messages to add. */
  get waiting(): readonly string[] {
    return [...this.#blocks.keys()]
  }

  /** Takes the queued lines of a conversation: a block. */
  linesFor(id: string): string {
    const lines = this.#blocks.get(id)?.lines ?? []
    this.#blocks.delete(id)
    return [...lines].join('\n')
  }

  /** Adds the queued messages of a conversation. Returns the number that this device lacked. */
  async addTo(conversation: Conversation): Promise<number> {
    const key = hex(conversation.id)
    const messages = this.#blocks.get(key)?.messages ?? []
    this.#blocks.delete(key)
    const about = this.about(key)
    const { exchange, history } = conversation.internals
    return exchange.inTurn(async () => {
      const unknown = new Map<string, Kept>()
      for (const kept of messages)
        if (!(await history.messages.find(kept.clientId))) unknown.set(latin1(kept.clientId), kept)
      const all = [...unknown.values()]
      const keep = (kept: Kept) => history.messages.keep(kept, false)
      for (const { device } of all)
        await history.keepDevice(device, this.#devices.get(hex(device))!.device.identity)
      // They share a disk write. A copy needs the original.
      const isCopy = (kept: Kept) => !equalBytes(arrivedOf(kept).id, kept.clientId)
      await Promise.all(all.filter(each => !isCopy(each)).map(keep))
      for (const copy of all.filter(isCopy)) await keep(copy)
      if (about?.readUpTo) await history.readUpTo(fromHex(about.readUpTo))
      await history.tidy()
      return all.length
    })
  }

  #verify(line: LineOf<'message'>): Kept {
    const sender = this.#devices.get(line.device)?.device
    if (!sender || !ROOM_ID.test(line.conversation)) throw badLine()
    const [body, signature, clientId] = [bytesOf(line.body), bytesOf(line.signature), fromHex(line.id)]
    const entry = { room: fromHex(line.conversation), clientId }
    const commitment = commitmentOfBody(body)
    verifyReport({ entry, body, signature }, commitment, sender.device.messageKey)
    const { sequence } = line
    return { clientId, sender: sender.did, device: sender.hash, sequence, body, signature, commitment }
  }
}

/**
 * Parses a line, without verifying it. Throws `bad-argument`.
 *
 * @public The fuzzer loads it by its name.
 */
export function readHistoryLine(text: string): HistoryLine {
  let line: unknown
  try {
    line = text.length <= MAX_LINE ? JSON.parse(text) : null
  } catch (cause) {
    throw badLine(cause)
  }
  if (typeof line !== 'object' || line === null) throw badLine()
  const fields = line as Readonly<Record<string, unknown>>
  const hasTexts = (...names: string[]) => names.every(name => typeof fields[name] === 'string')
  const isText = (value: unknown) => value === null || typeof value === 'string'
  const { type, secret, readUpTo, sequence } = fields
  const isLine =
    type === 'conversation'
      ? hasTexts('id', 'kind', 'name', 'home') && isText(secret) && isText(readUpTo)
      : type === 'device'
        ? hasTexts('id', 'credential')
        : type === 'message' &&
          hasTexts('conversation', 'id', 'device', 'body', 'signature') &&
          isPlace(sequence)
  if (!isLine) throw badLine()
  return line as HistoryLine
}

function isPlace(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && (value as number) > 0)
}

function bytesOf(text: string): Uint8Array {
  try {
    return base64urlnopad.decode(text)
  } catch (cause) {
    throw badLine(cause)
  }
}

function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2}){1,64}$/.test(text)) throw badLine()
  return Uint8Array.from(text.match(/../g)!, pair => Number.parseInt(pair, 16))
}

function badLine(cause?: unknown): ChatError {
  return new ChatError('bad-argument', 'This is not a history of chats, or it is damaged.', { cause })
}
