/** Moderation entries in the audit log: the subject is `KIND:ID`, the detail JSON. */
import { MODERATION_ACTIONS, type ModerationAction, SUBJECT_KINDS } from '@shoal/hub-api/choices'
import type { AuditEntry } from '@shoal/hub-stores'
import { parseObject } from '@shoal/torrent/json'

export interface Detail {
  readonly reason?: string
  readonly untilMs?: number
  readonly seconds?: number
}

/** Splits the name of a subject. Returns null if it is not one. */
export function subjectOf(
  subject: string,
): { readonly kind: (typeof SUBJECT_KINDS)[number]; readonly id: string } | null {
  const at = subject.indexOf(':')
  const kind = SUBJECT_KINDS.find(each => each === subject.slice(0, Math.max(0, at)))
  if (kind) return { kind, id: subject.slice(at + 1) }
  // Other capabilities write a member's DID alone.
  return subject.startsWith('did:') ? { kind: 'member', id: subject } : null
}

/** Returns null for an entry that does not concern moderation. */
export function readEntry({ number, atMs, actor, action, subject, detail }: AuditEntry) {
  const known = MODERATION_ACTIONS.find((each): each is ModerationAction => each === action)
  if (!known) return null
  const named = subjectOf(subject)
  const { reason, untilMs, seconds } = detailOf(detail)
  return {
    ...{ number, atMs, action: known, subject: named },
    by: actor === 'hub' ? null : actor,
    member: named?.kind === 'member' ? named.id : null,
    reason: reason ?? '',
    untilMs: untilMs ?? null,
    seconds: seconds ?? null,
    role: known === 'role' ? detail : null,
  }
}

function detailOf(text: string): Detail {
  if (!text.startsWith('{')) return {}
  return (parseObject(text) ?? {}) as Detail
}
