/** Conversations, messages and persons in the API's format. */
import type { ChatConversation, ChatMember, ChatMessage, ChatPerson, ChatTransfer } from '@shoal/api'
import { hex } from '@shoal/torrent/base'
import { type Shown, unverifiedName } from '../conversations/index.ts'
import type { Conversation } from '../device/conversation.ts'
import type { TransferProgress } from '../device/history-transfer.ts'
import { writeForkProof } from '../hub/fork-proof.ts'
import type { OperationPorts } from './given.ts'

type Ports = Pick<OperationPorts, 'people' | 'nameOf' | 'isVerified' | 'ownDid'>

export function viewPerson({ people, nameOf, isVerified, ownDid }: Ports, did: string): ChatPerson {
  const { isContact = false, isBlocked = false } = people.known(did) ?? {}
  const isSelf = did === ownDid()
  return { did, name: nameOf(did), isSelf, isContact, isBlocked, isVerified: !isSelf && isVerified(did) }
}

export function viewMessage(ports: Ports, conversation: Conversation, message: Shown): ChatMessage {
  const { id, sender, sentMs, state, text, replyTo, mentions, files, reactions } = message
  const delivery = conversation.reader.deliveryOf(message)
  const isOwn = sender === ports.ownDid()
  const person = viewPerson(ports, sender)
  const goesBy = conversation.kind === 'share' ? unverifiedName(message) : null
  return {
    ...{ id: hex(id), sender: { ...person, name: person.name ?? goesBy }, sentMs, state, text },
    replyTo: replyTo && hex(replyTo),
    mentions: [...mentions],
    files: [...files],
    reactions: [...reactions].map(([emoji, by]) => ({ emoji, by: [...by] })),
    delivery: delivery === 'failed' || isOwn ? delivery : 'delivered',
  }
}

export function viewConversation(
  ports: Ports,
  conversation: Conversation,
  problems: ChatConversation['problems'],
): ChatConversation {
  const { id, kind, state, isRequest, invitedBy, policy, unread, settings, forkedHeads } = conversation
  const last = conversation.messages.at(-1)
  return {
    ...{ id: hex(id), kind, state, isRequest, hub: conversation.home, unread, problems },
    invitedBy: invitedBy === null ? null : viewPerson(ports, invitedBy),
    name: nameOf(ports, conversation),
    share: settings.share === '' ? [] : settings.share.split(','),
    members: viewMembers(ports, conversation),
    rules: policy && {
      membersAdd: policy.membersAdd,
      allowed: policy.allowed && [...policy.allowed],
      slowSeconds: policy.slowSeconds,
    },
    readUpTo: settings.readUpTo && hex(settings.readUpTo),
    readBy: conversation.reader.readBy.map(({ did, upTo }) => ({ did, upTo: hex(upTo) })),
    isMuted: settings.isMuted,
    hubProof: forkedHeads && writeForkProof(forkedHeads),
    draft: settings.draft,
    last: last ? viewMessage(ports, conversation, last) : null,
  }
}

function viewMembers(ports: Ports, { members, policy }: Conversation): ChatMember[] {
  const devices = new Map<string, number>()
  for (const { did } of members) devices.set(did, (devices.get(did) ?? 0) + 1)
  return [...devices].map(([did, count]) => ({
    ...viewPerson(ports, did),
    ...{ isAdmin: policy?.admins.includes(did) ?? false, devices: count },
  }))
}

function nameOf(ports: Ports, { kind, policy, settings, invitedBy }: Conversation): string {
  if (kind === 'share') return settings.title
  if (kind === 'group') return policy?.name ?? ''
  const other = policy?.admins.find(did => did !== ports.ownDid()) ?? invitedBy
  return (other && ports.nameOf(other)) ?? ''
}

export function viewTransfer({ error, ...progress }: TransferProgress): ChatTransfer {
  if (!error) return { ...progress, problem: null }
  const { code = 'internal', message } = error as Error & { readonly code?: string }
  return { ...progress, problem: { code, message } }
}
