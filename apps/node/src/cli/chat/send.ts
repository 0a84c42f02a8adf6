import { text as readAll } from 'node:stream/consumers'
import type { ChatMessage } from '@shoal/api'
import { UsageError } from '@shoal/options'
import type { NodeClient } from '../client/node-client.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** Time for the hub to accept a message before the command ends and leaves it to the node. */
const PATIENCE_MS = 5000

/**
 * Returns the text of a message: the words, or standard input for a single `-`. Throws UsageError
 * if it is empty.
 */
export async function messageText(words: readonly string[]): Promise<string> {
  const text = words.length === 1 && words[0] === '-' ? await readAll(process.stdin) : words.join(' ')
  if (text.trim() === '') throw new UsageError(texts.chat.emptyText)
  return text.trimEnd()
}

export function waitsForHub({ sender, delivery }: ChatMessage): boolean {
  return sender.isSelf && (delivery === 'waiting' || delivery === 'received')
}

/**
 * Waits until the hub has a message, for a few seconds at most. Throws `removed` if it cannot be
 * delivered.
 */
export async function untilDelivered(
  node: NodeClient,
  conversation: string,
  message: ChatMessage,
  signal: AbortSignal,
): Promise<ChatMessage> {
  let newest = message
  const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  for await (const event of node.events(['chat'], { signal: either })) {
    if (event.type === 'chat' && event.conversation !== null && event.conversation !== conversation) continue
    const { items } = await node.api.listMessages({ conversation, around: message.id })
    newest = items.find(({ id }) => id === message.id) ?? newest
    if (!waitsForHub(newest)) break
  }
  signal.throwIfAborted()
  if (newest.delivery === 'failed') throw new CommandFailure('removed', texts.chat.failed)
  return newest
}
