import { Untrusted } from '@shoal/api'
import { z } from 'zod'
import { MODERATION_ACTIONS, SUBJECT_KINDS } from '../choices.ts'
import { Author, TimeMs } from './text.ts'

/**
 * `listing`, `comment`: its id. `member`: a DID. `entry`: an entry of a room, `ROOM:SEQUENCE`,
 * where ROOM is the id in base64url (43 characters). The hub and its moderators cannot read the
 * content of an entry.
 */
export const SubjectKind = z.enum(SUBJECT_KINDS)
export type SubjectKind = z.infer<typeof SubjectKind>
export const SubjectId = z.string().min(1).max(256)
export const Subject = z.object({
  kind: SubjectKind,
  id: SubjectId,
  /**
   * Title of a listing, beginning of a comment, or name of a member. Null if it no longer exists,
   * or is unreadable.
   */
  text: Untrusted.nullable(),
  /** The person that it belongs to. Null if unknown. */
  author: Author.nullable(),
  /** The listing of a comment. */
  listing: z.string().nullable(),
  /** Whether moderators hid it, or banned the member. */
  isHidden: z.boolean(),
})
export type Subject = z.infer<typeof Subject>

export const Report = z.object({
  number: z.number().int(),
  subject: Subject,
  reporter: Author,
  reason: Untrusted,
  createdMs: TimeMs,
})
export type Report = z.infer<typeof Report>

export const Ban = z.object({
  member: Author,
  reason: Untrusted,
  /** The moderator. */
  by: Author,
  createdMs: TimeMs,
  /** Null: permanent. */
  untilMs: TimeMs.nullable(),
})
export type Ban = z.infer<typeof Ban>

/** Minimum time between a member's posts, in seconds. */
export const SlowSeconds = z.number().int().min(0).max(86_400)

/**
 * An entry of the public log of moderators' actions. It names no reporter and contains no text of
 * members.
 */
export const ModerationEntry = z.object({
  number: z.number().int(),
  atMs: TimeMs,
  /** Null: the hub itself, for example when a ban expires. */
  by: Author.nullable(),
  action: z.enum(MODERATION_ACTIONS),
  /** Null: everyone. */
  subject: z.object({ kind: SubjectKind, id: z.string(), name: Untrusted }).nullable(),
  reason: Untrusted,
  /** The end of a ban. */
  untilMs: TimeMs.nullable(),
  /** Interval of slow mode. */
  seconds: z.number().nullable(),
  /** New role of a member. */
  role: z.string().nullable(),
})
export type ModerationEntry = z.infer<typeof ModerationEntry>
