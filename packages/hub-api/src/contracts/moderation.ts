import { contract } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { z } from 'zod'
import { hubOperation } from '../contract.ts'
import { Ban, ModerationEntry, Report, SlowSeconds, SubjectId, SubjectKind } from '../schemas/moderation.ts'
import { Did, pageInput, pageOf, Reason, TimeMs } from '../schemas/text.ts'

const Nothing = z.object({})

/**
 * Reports, moderation, and its public log. Moderators act on members, admins on everyone but
 * themselves.
 */
export const MODERATION = contract({
  name: 'moderation',
  operations: {
    report: hubOperation({
      method: 'POST',
      path: '/api/reports',
      effect: 'write',
      area: 'moderation',
      summary:
        'Report a listing, comment, member or entry of a room to the moderators; a second report replaces the first',
      access: 'member',
      input: z.object({ kind: SubjectKind, id: SubjectId, reason: Reason }),
      output: Nothing,
      errors: { ...withStatus(409, 'full'), ...withStatus(429, 'too-many-requests') },
      idempotent: true,
    }),
    listReports: hubOperation({
      method: 'GET',
      path: '/api/reports',
      effect: 'read',
      area: 'moderation',
      summary: 'List open reports, the oldest first',
      access: 'moderator',
      input: z.object(pageInput(200, 50)),
      output: pageOf(Report),
    }),
    closeReports: hubOperation({
      method: 'POST',
      path: '/api/reports/close',
      effect: 'delete',
      area: 'moderation',
      summary: 'Close all reports of something; hiding it and banning do so, too',
      access: 'moderator',
      input: z.object({ kind: SubjectKind, id: SubjectId }),
      output: z.object({ closed: z.number().int() }),
      idempotent: true,
    }),
    hide: hubOperation({
      method: 'POST',
      path: '/api/moderation/hide',
      effect: 'write',
      area: 'moderation',
      summary: 'Hide a listing or comment from everybody but its author and moderators',
      access: 'moderator',
      input: z.object({ kind: z.enum(['listing', 'comment']), id: SubjectId, reason: Reason }),
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
      idempotent: true,
    }),
    unhide: hubOperation({
      method: 'POST',
      path: '/api/moderation/unhide',
      effect: 'write',
      area: 'moderation',
      summary: 'Show a hidden listing or comment again',
      access: 'moderator',
      input: z.object({ kind: z.enum(['listing', 'comment']), id: SubjectId, reason: Reason }),
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
      idempotent: true,
    }),
    listBans: hubOperation({
      method: 'GET',
      path: '/api/bans',
      effect: 'read',
      area: 'moderation',
      summary: 'List banned members, in the order of their accounts',
      access: 'moderator',
      input: z.object(pageInput(200, 50)),
      output: pageOf(Ban),
    }),
    ban: hubOperation({
      method: 'PUT',
      path: '/api/bans/{did}',
      effect: 'write',
      area: 'moderation',
      summary: 'Ban a member: the sessions end, and announces with the passkey are refused',
      access: 'moderator',
      input: z.object({
        did: Did,
        reason: Reason,
        untilMs: TimeMs.nullable().default(null).meta({ description: 'Its end; null for none' }),
      }),
      output: Ban,
      errors: withStatus(403, 'forbidden'),
    }),
    removeAccount: hubOperation({
      method: 'DELETE',
      path: '/api/accounts/{did}',
      effect: 'delete',
      area: 'moderation',
      summary: 'Delete an account with everything that its owner wrote. The public log keeps the DID',
      access: 'admin',
      input: z.object({ did: Did, reason: Reason }),
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
    }),
    unban: hubOperation({
      method: 'DELETE',
      path: '/api/bans/{did}',
      effect: 'write',
      area: 'moderation',
      summary: 'End a ban',
      access: 'moderator',
      input: z.object({ did: Did, reason: Reason }),
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
    }),
    getSlowMode: hubOperation({
      method: 'GET',
      path: '/api/moderation/slow-mode',
      effect: 'read',
      area: 'moderation',
      summary: 'Get the seconds between what members may post: for everybody, and for you or a member',
      access: 'member',
      input: z.object({ did: Did.optional().meta({ description: 'Only moderators may ask about others' }) }),
      output: z.object({ everybodySeconds: SlowSeconds, memberSeconds: SlowSeconds }),
      errors: withStatus(403, 'forbidden'),
    }),
    setSlowMode: hubOperation({
      method: 'PUT',
      path: '/api/moderation/slow-mode',
      effect: 'write',
      area: 'moderation',
      summary: 'Set the seconds between what everybody, or a member, may post; the longer of both counts',
      access: 'moderator',
      input: z.object({
        did: Did.nullable().meta({ description: 'Null: everybody' }),
        seconds: SlowSeconds.meta({ description: '0: none' }),
        reason: Reason,
      }),
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
    }),
    listModerationLog: hubOperation({
      method: 'GET',
      path: '/api/moderation/log',
      effect: 'read',
      area: 'moderation',
      summary: 'Read the public log of what moderators did, the newest first',
      access: 'open',
      input: z.object(pageInput(200, 50)),
      output: pageOf(ModerationEntry),
    }),
  },
})
