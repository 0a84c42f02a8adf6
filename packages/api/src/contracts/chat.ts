import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { withStatus } from '../errors.ts'
import {
  ChatConversation,
  ChatHubProof,
  ChatMessage,
  ChatReported,
  ChatTransfer,
  ConversationId,
  MessageId,
} from '../schemas/chat.ts'
import { secretLink, Untrusted, UntrustedSecret } from '../schemas/common.ts'
import { SECRETS } from '../schemas/names.ts'
import { DidText } from '../schemas/people.ts'

/** Longest text of a message, in characters. */
export const MAX_CHAT_TEXT = 16_384
/** Longest part of a history that can be imported at once, in characters. */
const MAX_HISTORY_CHARS = 4 << 20

const Hub = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .meta({ description: 'Address, host or name of a hub that was joined; the only one if left out' })
const Text = z.string().min(1).max(MAX_CHAT_TEXT)
const Mentions = z.array(DidText).max(100)
const GroupName = z.string().trim().min(1).max(100)
const SlowSeconds = z.number().int().min(0).max(86_400)
const Persons = z.array(DidText).max(1000)
const Transfer = z.object({ transfer: ChatTransfer.nullable() })
const Conversations = z.object({ items: z.array(ChatConversation) })
const Of = { conversation: ConversationId }
const OfMessage = { ...Of, message: MessageId }

/**
 * `no-devices`: the user's list lacks the node, or a person has no devices. `no-hub`: no hub was
 * joined, or it does not know the person.
 */
const CHAT_ERRORS = { ...withStatus(409, 'conflict', 'no-devices'), ...withStatus(503, 'unavailable') }
const GROUP_ERRORS = {
  ...CHAT_ERRORS,
  ...withStatus(400, 'bad-argument'),
  ...withStatus(403, 'not-allowed'),
  ...withStatus(404, 'removed'),
  ...withStatus(409, 'full', 'no-hub'),
}

/**
 * Conversations that only their members can read, with the node as a chat device. See decisions 020
 * to 023.
 */
export const CHAT = contract({
  name: 'chat',
  otherErrors: { 'bad-device-list': 'kept out by the chat, which takes the last good one' },
  operations: {
    getChat: operation({
      method: 'GET',
      path: '/api/chat/state',
      effect: 'read',
      area: 'chat',
      summary: 'Say whether this node chats, why not, and how many messages are unread',
      input: z.object({}),
      output: z.object({
        /** Why there is no chat, and the remedy; null if there is one. */
        problem: z.object({ code: z.string(), message: z.string() }).nullable(),
        /** Excludes muted conversations, except for mentions, and requests. */
        unread: z.object({ messages: z.number().int().min(0), mentions: z.number().int().min(0) }),
      }),
    }),
    listConversations: operation({
      method: 'GET',
      path: '/api/chat',
      effect: 'read',
      area: 'chat',
      summary: 'List the conversations, the one with the newest message first',
      input: z.object({}),
      output: Conversations,
      errors: CHAT_ERRORS,
    }),
    getConversation: operation({
      method: 'GET',
      path: '/api/chat/{conversation}',
      effect: 'read',
      area: 'chat',
      summary: 'Show a conversation with its members and rules',
      input: z.object(Of),
      output: ChatConversation,
      errors: CHAT_ERRORS,
    }),
    createGroup: operation({
      method: 'POST',
      path: '/api/chat/groups',
      effect: 'write',
      area: 'chat',
      summary: 'Create a closed group with the user as admin, and add persons',
      input: z.object({
        hub: Hub.optional(),
        name: GroupName,
        add: Persons.default([]),
        membersAdd: z.boolean().default(false),
        slowSeconds: SlowSeconds.default(0),
      }),
      output: ChatConversation,
      errors: GROUP_ERRORS,
    }),
    createPrivate: operation({
      method: 'POST',
      path: '/api/chat/private',
      effect: 'write',
      area: 'chat',
      summary: 'Begin the private conversation with a person, or return the one that there is',
      input: z.object({ hub: Hub.optional(), person: DidText }),
      output: ChatConversation,
      errors: GROUP_ERRORS,
      idempotent: true,
    }),
    joinShareRoom: operation({
      method: 'POST',
      path: '/api/chat/rooms',
      effect: 'write',
      area: 'chat',
      summary:
        'Join the room of a share by the link of the share. Whoever has the link can read and write there',
      input: z.object({ hub: Hub.optional(), link: secretLink(8192).trim().min(1) }),
      output: ChatConversation,
      errors: GROUP_ERRORS,
      idempotent: true,
    }),
    createShareRoom: operation({
      method: 'POST',
      path: '/api/chat/links',
      effect: 'write',
      area: 'chat',
      summary:
        'Make a room for a share, and return the link that has it. `link`: a share link or magnet link; one that has a room keeps it. If the hub lets guests in, the link names it, and its page shows the room. Give the link to those who shall read and write there',
      input: z.object({ hub: Hub.optional(), link: secretLink(8192).trim().min(1) }),
      output: z.object({ link: UntrustedSecret, conversation: ChatConversation }),
      errors: GROUP_ERRORS,
    }),
    getShareRoomLink: operation({
      method: 'POST',
      path: '/api/chat/{conversation}/link',
      effect: 'read',
      area: 'chat',
      summary:
        'Get the link of a share with its room. `link`: the share link or magnet link of that share without it',
      input: z.object({ ...Of, link: secretLink(8192).trim().min(1) }),
      output: z.object({ link: UntrustedSecret }),
      errors: CHAT_ERRORS,
    }),
    listMessages: operation({
      method: 'GET',
      path: '/api/chat/{conversation}/messages',
      effect: 'read',
      area: 'chat',
      summary: 'List the newest messages, or those before or around one of them; the oldest first',
      input: z.object({
        ...Of,
        before: MessageId.optional(),
        around: MessageId.optional(),
        limit: z.number().int().min(1).max(500).default(50),
      }),
      output: z.object({
        items: z.array(ChatMessage),
        /** Whether there are older ones. */
        hasOlder: z.boolean(),
        /** Whether there are newer ones. */
        hasNewer: z.boolean(),
      }),
      errors: CHAT_ERRORS,
    }),
    sendMessage: operation({
      method: 'POST',
      path: '/api/chat/{conversation}/messages',
      effect: 'write',
      area: 'chat',
      summary: 'Send a message. It is answered once it survives a crash, and delivered when the hub has it',
      input: z.object({
        ...Of,
        /** Markdown. */
        text: z.string().max(MAX_CHAT_TEXT).default(''),
        replyTo: MessageId.optional(),
        mentions: Mentions.default([]),
        /** Share links. */
        files: z.array(secretLink(8192).trim().min(1)).max(100).default([]),
      }),
      output: ChatMessage,
      errors: {
        ...CHAT_ERRORS,
        ...withStatus(400, 'bad-argument'),
        ...withStatus(403, 'not-allowed'),
        ...withStatus(404, 'removed'),
      },
    }),
    editMessage: operation({
      method: 'PUT',
      path: '/api/chat/{conversation}/messages/{message}',
      effect: 'write',
      area: 'chat',
      summary: 'Change the text of an own message',
      input: z.object({ ...OfMessage, text: Text, mentions: Mentions.default([]) }),
      output: ChatMessage,
      errors: { ...CHAT_ERRORS, ...withStatus(403, 'not-allowed'), ...withStatus(404, 'removed') },
    }),
    deleteMessage: operation({
      method: 'DELETE',
      path: '/api/chat/{conversation}/messages/{message}',
      effect: 'delete',
      area: 'chat',
      summary: 'Delete an own message for everybody, or that of a member as an admin',
      input: z.object(OfMessage),
      output: ChatMessage,
      errors: { ...CHAT_ERRORS, ...withStatus(403, 'not-allowed'), ...withStatus(404, 'removed') },
    }),
    reactToMessage: operation({
      method: 'PUT',
      path: '/api/chat/{conversation}/messages/{message}/reaction',
      effect: 'write',
      area: 'chat',
      summary: 'React to a message with an emoji; null removes the reaction',
      input: z.object({ ...OfMessage, emoji: z.string().min(1).max(32).nullable() }),
      output: ChatMessage,
      errors: { ...CHAT_ERRORS, ...withStatus(400, 'bad-argument'), ...withStatus(404, 'removed') },
    }),
    reportMessage: operation({
      method: 'GET',
      path: '/api/chat/{conversation}/messages/{message}/report',
      effect: 'read',
      area: 'chat',
      summary: 'Return the evidence that somebody sent a message, as text for a moderator',
      input: z.object(OfMessage),
      output: z.object({ report: Untrusted }),
      errors: CHAT_ERRORS,
    }),
    verifyReport: operation({
      method: 'POST',
      path: '/api/chat/reports',
      effect: 'read',
      area: 'chat',
      summary: 'Verify a report with the log that this device has read, and show the one message',
      input: z.object({ report: z.string().trim().min(1).max(200_000) }),
      output: ChatReported,
      errors: {
        ...CHAT_ERRORS,
        ...withStatus(400, 'bad-argument'),
        'bad-report': { status: 400, field: 'report' },
      },
      idempotent: true,
    }),
    verifyHubProof: operation({
      method: 'POST',
      path: '/api/chat/hub-proofs',
      effect: 'read',
      area: 'chat',
      summary:
        'Verify the proof that a hub showed different logs of a conversation. Anybody can: it needs no membership',
      input: z.object({ proof: z.string().trim().min(1).max(2000) }),
      output: ChatHubProof,
      errors: { ...CHAT_ERRORS, 'bad-report': { status: 400, field: 'proof' } },
      idempotent: true,
    }),
    markRead: operation({
      method: 'PUT',
      path: '/api/chat/{conversation}/read',
      effect: 'write',
      area: 'chat',
      summary: 'Mark everything up to a message as read',
      input: z.object(OfMessage),
      output: ChatConversation,
      errors: CHAT_ERRORS,
    }),
    setConversation: operation({
      method: 'PATCH',
      path: '/api/chat/{conversation}',
      effect: 'write',
      area: 'chat',
      summary: 'Mute a conversation, or keep the draft of a message',
      input: z.object({
        ...Of,
        isMuted: z.boolean().optional(),
        draft: z.string().max(MAX_CHAT_TEXT).optional(),
      }),
      output: ChatConversation,
      errors: CHAT_ERRORS,
    }),
    changeGroup: operation({
      method: 'PATCH',
      path: '/api/chat/{conversation}/group',
      effect: 'write',
      area: 'chat',
      summary:
        'Add and remove persons, and change name and rules of a closed group. It is answered once all members will see it so',
      input: z.object({
        ...Of,
        add: Persons.default([]),
        remove: Persons.default([]),
        name: GroupName.optional(),
        /** All admins. */
        admins: z.array(DidText).min(1).max(64).optional(),
        membersAdd: z.boolean().optional(),
        allowed: Persons.nullable().optional(),
        slowSeconds: SlowSeconds.optional(),
      }),
      output: ChatConversation,
      errors: GROUP_ERRORS,
    }),
    acceptConversation: operation({
      method: 'POST',
      path: '/api/chat/{conversation}/accept',
      effect: 'write',
      area: 'chat',
      summary: 'Accept the request of a stranger',
      input: z.object(Of),
      output: ChatConversation,
      errors: CHAT_ERRORS,
      idempotent: true,
    }),
    leaveConversation: operation({
      method: 'POST',
      path: '/api/chat/{conversation}/leave',
      effect: 'delete',
      area: 'chat',
      summary: 'Leave a closed group with all own devices; its messages stay here until it is forgotten',
      input: z.object(Of),
      output: ChatConversation,
      errors: { ...CHAT_ERRORS, ...withStatus(400, 'bad-argument') },
      idempotent: true,
    }),
    forgetConversation: operation({
      method: 'DELETE',
      path: '/api/chat/{conversation}',
      effect: 'delete',
      area: 'chat',
      summary: 'Delete a conversation with its messages and keys from this device. Leave closed groups first',
      input: z.object(Of),
      output: Conversations,
      errors: CHAT_ERRORS,
    }),
    searchMessages: operation({
      method: 'GET',
      path: '/api/chat/search',
      effect: 'read',
      area: 'chat',
      summary: 'Find messages that have all words, the newest first',
      input: z.object({
        text: z.string().trim().min(1).max(1024),
        conversation: ConversationId.optional(),
        limit: z.number().int().min(1).max(500).default(50),
      }),
      output: z.object({ items: z.array(z.object({ conversation: ConversationId, message: ChatMessage })) }),
      errors: CHAT_ERRORS,
    }),
    askForHistory: operation({
      method: 'POST',
      path: '/api/chat/history/code',
      effect: 'write',
      area: 'chat',
      summary:
        'Return a code for another device of the user, which then sends its history here. It is good once, until the next one, or until the node ends',
      input: z.object({}),
      output: z.object({ code: z.string().register(SECRETS, { isWhole: true }) }),
      errors: CHAT_ERRORS,
    }),
    giveHistory: operation({
      method: 'POST',
      path: '/api/chat/history',
      effect: 'write',
      area: 'chat',
      summary:
        'Begin to send the history to the device of the user that shows this code. `getHistoryTransfer` and events say how far it is',
      input: z.object({
        hub: Hub.optional(),
        code: z.string().trim().min(1).max(1000).register(SECRETS, { isWhole: true }),
      }),
      output: Transfer,
      errors: {
        ...CHAT_ERRORS,
        ...withStatus(400, 'bad-argument'),
        ...withStatus(403, 'not-allowed'),
        ...withStatus(409, 'no-hub'),
      },
    }),
    getHistoryTransfer: operation({
      method: 'GET',
      path: '/api/chat/history/transfer',
      effect: 'read',
      area: 'chat',
      summary: 'Say how far the last transfer of the history is; null if there was none since the start',
      input: z.object({}),
      output: Transfer,
      errors: CHAT_ERRORS,
    }),
    cancelHistoryTransfer: operation({
      method: 'DELETE',
      path: '/api/chat/history/transfer',
      effect: 'write',
      area: 'chat',
      summary: 'Cancel the transfer of the history that is waiting or under way',
      input: z.object({}),
      output: Transfer,
      errors: CHAT_ERRORS,
    }),
    exportHistory: operation({
      method: 'GET',
      path: '/api/chat/history',
      effect: 'read',
      area: 'chat',
      summary:
        'Return some of the messages of this device as lines of JSON, the oldest first. They are not encrypted: the programs that write them to a file encrypt it',
      input: z.object({ after: z.string().max(100).optional() }),
      output: z.object({
        lines: Untrusted,
        /** For `after` of the next call; null after the last lines. */
        next: z.string().nullable(),
        /** Approximate number of messages in the complete history. */
        total: z.number().int().min(0),
      }),
      errors: CHAT_ERRORS,
    }),
    importHistory: operation({
      method: 'POST',
      path: '/api/chat/history/import',
      effect: 'write',
      area: 'chat',
      summary:
        'Add messages from lines that were exported, in parts that begin with a conversation. The signature of each is verified',
      input: z.object({ lines: z.string().max(MAX_HISTORY_CHARS) }),
      output: z.object({ added: z.number().int().min(0) }),
      errors: { ...CHAT_ERRORS, ...withStatus(400, 'bad-argument') },
      bodyLimitBytes: 4 * MAX_HISTORY_CHARS,
    }),
    showPresence: operation({
      method: 'POST',
      path: '/api/chat/{conversation}/presence',
      effect: 'outside',
      area: 'chat',
      summary: 'Show the other members that the user types or is there, if the settings say so',
      input: z.object({ ...Of, what: z.enum(['typing', 'stopped', 'here', 'away']) }),
      output: z.object({}),
      errors: CHAT_ERRORS,
      idempotent: true,
    }),
  },
  settings: {
    chat: {
      enabled: setting(z.boolean(), true, {
        title: 'Chat',
        description: 'Receives and sends messages at the hubs that were joined.',
      }),
      direct: setting(z.boolean(), true, {
        title: 'Connect to contacts',
        description:
          'Also exchanges messages with devices of contacts, and other devices of yours, directly, so that conversations continue without a hub. They learn the address of this node.',
      }),
      sendReadMarks: setting(z.boolean(), true, {
        title: 'Send read marks',
        description: 'The other members see how far you have read.',
      }),
      sendPresence: setting(z.boolean(), true, {
        title: 'Send typing and presence',
        description: 'The other members see when you type and when you are there.',
      }),
    },
  },
  events: {
    topics: {
      chat: [
        /**
         * A conversation changed, or the list of them (null). `messages`: those added, changed or
         * dropped; null if any may have been.
         */
        z.object({
          type: z.literal('chat'),
          conversation: ConversationId.nullable(),
          messages: z.array(MessageId).nullable(),
        }),
        /**
         * Another person wrote a message that the user has not read, in a conversation that is
         * neither muted nor a request, or mentioned the user.
         */
        z.object({ type: z.literal('chat-message'), conversation: ConversationId, message: ChatMessage }),
        /** A history is sent to another device of the user, or received from it. */
        z.object({ type: z.literal('chat-transfer'), transfer: ChatTransfer }),
        z.object({
          type: z.literal('chat-presence'),
          conversation: ConversationId,
          did: DidText,
          what: z.enum(['typing', 'stopped', 'here', 'away']),
        }),
      ],
    },
    invalidates: {
      chat: ['getChat', 'listConversations', 'getConversation', 'listMessages', 'searchMessages'],
    },
  },
  commands: ['chat'],
})

export type ChatEvent = z.infer<(typeof CHAT)['events']['topics']['chat'][number]>
