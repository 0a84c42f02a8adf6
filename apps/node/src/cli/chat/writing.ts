/** Actions that write, edit and delete messages. */
import type { ChatConversation } from '@shoal/api'
import { SHOAL } from '../../base/program.ts'
import { asUsage } from '../client/node-client.ts'
import { CommandFailure } from '../failure.ts'
import { takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { type ChatAction, type ChatContext, hubOf, tell, tellMessage } from './context.ts'
import { findConversation, findMessage, findRecipient, mentionsIn, shortId } from './names.ts'
import { messageText, untilDelivered } from './send.ts'

const say = texts.chat

export const send: ChatAction = async (context, words) => {
  const { node, signal } = context
  const { file, reply } = context.options
  const isFileOnly = file.length > 0 && words.length < 2
  const [name, ...given] = takeWords(words, 'WHO', ...(isFileOnly ? [] : ['TEXT …']))
  const text = isFileOnly ? '' : await messageText(given)
  const to = reply === undefined ? await findOrBegin(context, name!) : await findConversation(node.api, name!)
  const { id: conversation, members } = to
  // The stranger would learn that the request was seen.
  if (to.isRequest)
    throw new CommandFailure('conflict', say.sendRequest({ id: shortId(conversation), shoal: SHOAL }))
  const replyTo =
    reply === undefined ? {} : { replyTo: (await findMessage(node.api, conversation, reply)).id }
  const mentions = mentionsIn(text, members)
  const sent = await asUsage(
    node.api.sendMessage({ conversation, text, mentions, files: [...file], ...replyTo }),
  )
  const message = await untilDelivered(node, conversation, sent, signal)
  const known = { message: shortId(message.id) }
  tellMessage(context, message, message.delivery === 'delivered' ? say.sent(known) : say.waits(known))
  return
}

/** Returns the conversation for a new message; one with a person begins with it. */
async function findOrBegin(context: ChatContext, word: string): Promise<ChatConversation> {
  const { api } = context.node
  const found = await findRecipient(api, word)
  if (typeof found !== 'string') return found
  const begun = await asUsage(api.createPrivate({ person: found, ...hubOf(context) }))
  if (!context.output.json) tell(context, begun, say.begun)
  return begun
}

export const edit: ChatAction = async (context, words) => {
  const { api } = context.node
  const [name, word, ...given] = takeWords(words, 'WHO', 'MESSAGE', 'TEXT …')
  const text = await messageText(given)
  const { id: conversation, members } = await findConversation(api, name!)
  const { id: message } = await findMessage(api, conversation, word!, { own: true })
  const mentions = mentionsIn(text, members)
  const edited = await asUsage(api.editMessage({ conversation, message, text, mentions }))
  tellMessage(context, edited, say.edit({ message: shortId(message) }))
  return
}

export const remove: ChatAction = async (context, words) => {
  const { api } = context.node
  const [name, word] = takeWords(words, 'WHO', 'MESSAGE')
  const { id: conversation } = await findConversation(api, name!)
  const { id: message } = await findMessage(api, conversation, word!, { own: true })
  const deleted = await api.deleteMessage({ conversation, message })
  tellMessage(context, deleted, say.delete({ message: shortId(message) }))
  return
}

export const react: ChatAction = async (context, words) => {
  const { api } = context.node
  const names = ['WHO', 'MESSAGE', ...(words.length > 2 ? ['EMOJI'] : [])]
  const [name, word, emoji = null] = takeWords(words, ...names)
  const { id: conversation } = await findConversation(api, name!)
  const { id: message } = await findMessage(api, conversation, word!)
  const reacted = await asUsage(api.reactToMessage({ conversation, message, emoji }))
  const known = { message: shortId(message) }
  tellMessage(context, reacted, emoji === null ? say.unreact(known) : say.react({ ...known, emoji }))
  return
}
