import { DeviceHistory, PasskeyId, SECRETS, TimeMs, Untrusted } from '@shoal/api'
import { z } from 'zod'
import { ACCOUNT_STATES, ROLES } from '../choices.ts'

/** A signed object, or the description of a device, in base64url without padding. */
export const SignedText = z
  .string()
  .max(3000)
  .regex(/^[\w-]+$/, 'it is base64url')

export const Did = z
  .string()
  .max(256)
  .regex(/^did:[a-z0-9]+:\S+$/, 'it is a DID')

/** Display name: up to 64 bytes of UTF-8 without control characters. Not unique. */
export const AccountName = z
  .string()
  .trim()
  .max(64)
  .refine(name => new TextEncoder().encode(name).length <= 64, 'it has at most 64 bytes')
  .refine(
    name => !/(?!\u200d)[\p{Cc}\p{Cf}]/u.test(name) && name.isWellFormed(),
    'it contains control characters',
  )

/** An account as visible to all members. */
export const Member = z.object({
  did: z.string(),
  name: Untrusted,
  role: z.enum(ROLES),
  createdMs: TimeMs,
})
export type Member = z.infer<typeof Member>

export const AccountInfo = Member.extend({ state: z.enum(ACCOUNT_STATES) })
export type AccountInfo = z.infer<typeof AccountInfo>

export const SessionItem = z.object({
  id: z.string(),
  /**
   * SHA-256 of its device's description, in hexadecimal digits. Null for a login with a passkey.
   */
  device: z.string().nullable(),
  /** For example the name of the browser. */
  label: Untrusted,
  createdMs: TimeMs,
  /** To the minute. */
  seenMs: TimeMs,
  expiresMs: TimeMs,
  /** Whether it is the session of this request. */
  current: z.boolean(),
})
export type SessionItem = z.infer<typeof SessionItem>

/** A new session. */
export const Login = z.object({
  account: AccountInfo,
  sessionId: z.string(),
  expiresMs: TimeMs,
  /** For `Authorization: Bearer`. Null if it is in a cookie. */
  secret: z.string().register(SECRETS, { isWhole: true }).nullable(),
})
export type Login = z.infer<typeof Login>

/** A new account. While it awaits approval it has no session. */
export const Joined = Login.extend({ sessionId: z.string().nullable(), expiresMs: TimeMs.nullable() })
export type Joined = z.infer<typeof Joined>

/** Whether the program stores the session, or the browser as a cookie. */
const SessionPlace = z.enum(['answer', 'cookie'])

/** A device's proof that it acts for a person: `signLoginToken` of `@shoal/identity/login`. */
export const DeviceProof = z.object({
  nonce: z.string().max(200),
  /** The origin at which the device reaches the hub: `https://hub.example.org`. */
  audience: z.string().max(300),
  token: z.string().max(2048).register(SECRETS, { isWhole: true }),
  /** The device's description. The device must be in a valid list of the person. */
  device: SignedText,
  /** Where to store the session. */
  place: SessionPlace.default('answer'),
  /**
   * Label by which the person recognizes the session. Default: the name of the browser or program.
   */
  label: z.string().trim().max(64).optional(),
})
export type DeviceProof = z.output<typeof DeviceProof>

/** Device lists of a person, oldest first. */
export const DeviceLists = DeviceHistory.shape.lists

export const InvitationItem = z.object({
  id: z.string(),
  role: z.enum(ROLES),
  /** Number of accounts that can still be created with it. */
  uses: z.number().int(),
  /** The DID of its author, or `hub`. */
  by: z.string(),
  note: Untrusted,
  createdMs: TimeMs,
  expiresMs: TimeMs,
})
export type InvitationItem = z.infer<typeof InvitationItem>

export const InvitationSecret = z.string().max(64).register(SECRETS, { isWhole: true })

/** The devices of a member. */
export const MemberDevices = z.object({
  did: z.string(),
  /** All lists, oldest first, for clients that know none or an old one. */
  lists: z.array(z.string()),
  /** The descriptions of those devices of the newest list that have logged in to this hub. */
  devices: z.array(z.string()),
})
export type MemberDevices = z.infer<typeof MemberDevices>

export const HubPasskey = z.object({
  id: PasskeyId,
  name: z.string(),
  createdMs: TimeMs,
  /** Time of the last login. */
  usedMs: TimeMs,
  /** Whether it can decrypt a key of the person (PRF). */
  opensKey: z.boolean(),
})
export type HubPasskey = z.infer<typeof HubPasskey>

/**
 * A key of the person that only a passkey can decrypt, as `@shoal/identity/passkey-secret` writes
 * it, in base64url. The hub cannot read it.
 */
export const WrappedKey = z
  .string()
  .min(1)
  .max(342)
  .regex(/^[\w-]+$/, 'it is base64url')
