import { z } from 'zod'
import { TimeMs, Untrusted, UntrustedSecret } from './common.ts'
import { ANSWERS } from './names.ts'
import { DidText } from './people.ts'

/** The id of a conversation: that of its room, in hexadecimal digits. */
export const ConversationId = z.string().regex(/^[0-9a-f]{64}$/, 'a conversation has 64 hexadecimal digits')
/** The id of a message, in hexadecimal digits. */
export const MessageId = z.string().regex(/^[0-9a-f]{32}$/, 'a message has 32 hexadecimal digits')

/** A person in a conversation. */
export const ChatPerson = z
  .object({
    did: DidText,
    /** Name given by the user, or that of the signed profile. */
    name: Untrusted.nullable(),
    isSelf: z.boolean(),
    isContact: z.boolean(),
    isBlocked: z.boolean(),
    /**
     * Whether the user has compared keys with this person, and the newest device list known here,
     * whoever showed it, is still signed by the compared key.
     */
    isVerified: z.boolean(),
  })
  .register(ANSWERS, { id: 'ChatPerson' })
export type ChatPerson = z.infer<typeof ChatPerson>

/** A member of a closed group or private conversation. */
export const ChatMember = ChatPerson.extend({
  isAdmin: z.boolean(),
  /** Number of devices in the group. */
  devices: z.number().int().min(0),
}).register(ANSWERS, { id: 'ChatMember' })
export type ChatMember = z.infer<typeof ChatMember>

/** The rules of a closed group. */
export const ChatRules = z
  .object({
    /** Whether every member can add persons, or only admins. */
    membersAdd: z.boolean(),
    /** Persons who can be added. Null for everyone. */
    allowed: z.array(DidText).nullable(),
    /** Minimum seconds between two messages of a person other than an admin. 0: no limit. */
    slowSeconds: z.number().int().min(0).max(86_400),
  })
  .register(ANSWERS, { id: 'ChatRules' })
export type ChatRules = z.infer<typeof ChatRules>

export const ChatMessage = z
  .object({
    id: MessageId,
    sender: ChatPerson,
    sentMs: TimeMs,
    /** `deleted` and `unknown` have no text. `unknown`: written by a newer program. */
    state: z.enum(['shown', 'edited', 'deleted', 'unknown']),
    /** Markdown. */
    text: Untrusted,
    replyTo: MessageId.nullable(),
    mentions: z.array(DidText),
    /** Share links. */
    files: z.array(UntrustedSecret),
    reactions: z.array(z.object({ emoji: Untrusted, by: z.array(DidText) })),
    /**
     * `waiting`: the hub does not have it yet. `received`: neither does the hub, but a member's
     * device has it. `failed`: it cannot be delivered.
     */
    delivery: z.enum(['waiting', 'received', 'delivered', 'failed']),
  })
  .register(ANSWERS, { id: 'ChatMessage' })
export type ChatMessage = z.infer<typeof ChatMessage>

/** One reported message, as signed by its sender's device. */
export const ChatReported = z
  .object({
    conversation: ConversationId,
    id: MessageId,
    /** Place in the hub's log. Null if unknown to the reporter. */
    sequence: z.number().int().min(1).nullable(),
    sender: ChatPerson,
    /** Name of the sending device. */
    device: Untrusted,
    sentMs: TimeMs,
    /** `text`, `edit`, `reaction`, …: kinds of newer programs have no text. */
    kind: Untrusted,
    text: Untrusted,
    files: z.array(UntrustedSecret),
  })
  .register(ANSWERS, { id: 'ChatReported' })
export type ChatReported = z.infer<typeof ChatReported>

const HubHead = z.object({
  /** It covers the entry and all before it. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** When the hub signed it. */
  signedMs: TimeMs,
})

/** A verified proof that a hub signed two different logs of a room. */
export const ChatHubProof = z
  .object({
    /** The key of the hub that signed both. */
    hub: DidText,
    /** The hub with this key, if the user has joined it. Null for any other: anybody makes keys. */
    joinedHub: z.object({ url: z.string(), name: Untrusted }).nullable(),
    conversation: ConversationId,
    /** The number that two entries have. */
    sequence: z.number().int().min(1),
    heads: z.tuple([HubHead, HubHead]),
  })
  .register(ANSWERS, { id: 'ChatHubProof' })
export type ChatHubProof = z.infer<typeof ChatHubProof>

/**
 * A conversation of the node's user. `private`: of two persons. `group`: closed, its members add
 * others. `share`: the room of a share, in which everyone with the link reads and writes.
 */
export const ChatConversation = z
  .object({
    id: ConversationId,
    kind: z.enum(['group', 'private', 'share']),
    /** `joining`: the welcome has not arrived. `left`: the user left, or was removed. */
    state: z.enum(['joining', 'member', 'left']),
    /**
     * Whether a stranger invited the user, who has not accepted: nothing is loaded for it, and no
     * one can see that it was opened.
     */
    isRequest: z.boolean(),
    invitedBy: ChatPerson.nullable(),
    /** Name of the group, of the other person, or of the share. Empty if unknown. */
    name: Untrusted,
    /** The hub that stores its log. */
    hub: z.string(),
    /**
     * Info hashes of the share whose room it is, hexadecimal. Empty for other conversations, and
     * for rooms joined by an earlier version.
     */
    share: z.array(z.string()),
    /** Empty for the room of a share. */
    members: z.array(ChatMember),
    /** Null for the room of a share, and before the welcome. */
    rules: ChatRules.nullable(),
    unread: z.object({ messages: z.number().int().min(0), mentions: z.number().int().min(0) }),
    /** The last message read by the user. */
    readUpTo: MessageId.nullable(),
    /** Read positions of others, as far as they share them. */
    readBy: z.array(z.object({ did: DidText, upTo: MessageId })),
    isMuted: z.boolean(),
    draft: z.string(),
    last: ChatMessage.nullable(),
    /**
     * Proof that the hub showed different logs of this conversation, as text for `verifyHubProof`;
     * null if nothing contradicts it.
     */
    hubProof: z.string().nullable(),
    /** Refused actions of others and faults of the hub, the newest last. */
    problems: z.array(z.object({ code: z.string(), message: Untrusted, atMs: TimeMs })),
  })
  .register(ANSWERS, { id: 'ChatConversation' })
export type ChatConversation = z.infer<typeof ChatConversation>

/** A history transfer from one device of the user to another. */
export const ChatTransfer = z
  .object({
    /** Whether it is received by this device, or sent to another. */
    direction: z.enum(['here', 'away']),
    /**
     * `waiting`: the code is shown, and no device has sent anything. `done`: this device has read
     * everything, or it is at the hub, where the other device reads it.
     */
    state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
    /** Messages read or sent. */
    messages: z.number().int().min(0),
    /** Null while unknown. */
    total: z.number().int().min(0).nullable(),
    /** Messages that this device lacked. */
    added: z.number().int().min(0),
    /** Reason for the failure. */
    problem: z.object({ code: z.string(), message: Untrusted }).nullable(),
  })
  .register(ANSWERS, { id: 'ChatTransfer' })
export type ChatTransfer = z.infer<typeof ChatTransfer>
