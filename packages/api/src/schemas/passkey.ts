/**
 * Passkeys (WebAuthn level 3): requests of a server and responses of a browser. Bytes are base64url
 * without padding.
 */
import { z } from 'zod'
import { TimeMs } from './common.ts'
import { ANSWERS } from './names.ts'

/** Bytes as base64url: at most 4/3 of `maxBytes` characters, or none if `minCharacters` is 0. */
function base64url(maxBytes: number, minCharacters = 1) {
  return z
    .string()
    .min(minCharacters)
    .max(Math.ceil((4 * maxBytes) / 3))
    .regex(/^[\w-]*$/, 'it is base64url')
}

/** WebAuthn level 3, section 5.8.3 limits credential ids to 1,023 bytes. */
export const PasskeyId = base64url(1023)

/** Response of a browser that has created a passkey. */
export const NewPasskey = z.object({
  id: PasskeyId,
  clientDataJSON: base64url(4096),
  attestationObject: base64url(8192),
  transports: z.array(z.string().regex(/^[a-z-]{1,16}$/)).max(7),
})
export type NewPasskey = z.infer<typeof NewPasskey>

/** Response of a browser whose user logs in with a passkey. */
export const PasskeyAnswer = z.object({
  id: PasskeyId,
  clientDataJSON: base64url(4096),
  authenticatorData: base64url(4096),
  signature: base64url(2048),
})
export type PasskeyAnswer = z.infer<typeof PasskeyAnswer>

/** A request for a new passkey: members of `PublicKeyCredentialCreationOptionsJSON`. */
export const PasskeyCreation = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ alg: z.number().int(), type: z.literal('public-key') })),
  excludeCredentials: z.array(z.object({ id: z.string(), type: z.literal('public-key') })),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
  timeout: z.number().int(),
})
export type PasskeyCreation = z.infer<typeof PasskeyCreation>

/**
 * A request for a login: members of `PublicKeyCredentialRequestOptionsJSON`. The browser offers its
 * passkeys.
 */
export const PasskeyRequest = z.object({
  challenge: z.string(),
  rpId: z.string(),
  userVerification: z.literal('required'),
  timeout: z.number().int(),
})
export type PasskeyRequest = z.infer<typeof PasskeyRequest>

/** 1 to 64 bytes of UTF-8, without control characters. */
export const PasskeyName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine(name => new TextEncoder().encode(name).length <= 64, 'it has at most 64 bytes')
  .refine(name => !/\p{Cc}/u.test(name) && name.isWellFormed(), 'it contains control characters')

export const PasskeyItem = z.object({
  id: PasskeyId,
  name: z.string(),
  createdMs: TimeMs,
  /** The last login. */
  usedMs: TimeMs,
})
export type PasskeyItem = z.infer<typeof PasskeyItem>

/** A passkey of a node. */
export const NodePasskey = PasskeyItem.extend({
  /** The user who added it, and whose login it is. */
  username: z.string(),
}).register(ANSWERS, { id: 'NodePasskey' })
export type NodePasskey = z.infer<typeof NodePasskey>
