import { z } from 'zod'
import { Bytes, TimeMs, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

/** A network key (Ed25519) in hexadecimal digits. */
export const NetworkKeyText = z.string().regex(/^[0-9a-f]{64}$/, 'a network key has 64 hexadecimal digits')

/**
 * A part of a score: verified data that the peer gave, receipts for data that it took, time
 * connected, requests that it answered or ignored, wrong pieces, broken messages, and misconduct of
 * others in its /24 or /56.
 */
export const PersonReason = z.object({
  kind: z.enum(['gave', 'confirmed', 'uptime', 'promises', 'failed-pieces', 'junk', 'neighbors']),
  /** Thousandths; negative for misconduct. */
  points: z.number().int(),
})
export type PersonReason = z.infer<typeof PersonReason>

/** A Shoal peer that has proved its network key, and its record at this node. */
export const Person = z
  .object({
    key: NetworkKeyText,
    /** Its last address. */
    host: z.string(),
    /** Verified bytes from it, over all runs. */
    downloadedBytes: Bytes,
    /** Bytes sent to it, and those of them that it has confirmed by receipts. */
    uploadedBytes: Bytes,
    confirmedBytes: Bytes,
    firstSeenMs: TimeMs,
    lastSeenMs: TimeMs,
    /** -1000 to 1000. Starts at 0, and decays with a half-life of 30 days. */
    score: z.number().int().min(-1000).max(1000),
    /** Whether it is preferred for upload slots. */
    isTrusted: z.boolean(),
    /** Parts of the score, the most significant first. */
    reasons: z.array(PersonReason),
    /** Name given by the user. */
    name: z.string().nullable(),
    /** The person whose node it is, as shown to this node: `did:key:z6Mk…`. Null if not shown. */
    did: z.string().nullable(),
    /** Expiry time of that certificate. It is renewed when both meet again. */
    didExpiresMs: TimeMs.nullable(),
    /** Whether this node shows it the did:key of its own user. */
    showsDid: z.boolean(),
    /** Whether that person is blocked as a publisher. */
    blocked: z.boolean(),
  })
  .register(ANSWERS, { id: 'Person' })
export type Person = z.infer<typeof Person>

/** Shoal peers that were not recognized since the node started, by reason. */
export const Refusals = z.record(z.string(), z.number().int().min(0))

/** A did:key for Ed25519. */
export const DidText = z
  .string()
  .max(100)
  .regex(/^did:key:z[1-9A-HJ-NP-Za-km-z]+$/, 'a DID begins with did:key:z')

/** A publisher whose entries are hidden in searches. */
export const BlockedPublisher = z
  .object({
    did: DidText,
    /** A reminder of who it is, such as a title that they published. */
    note: Untrusted.nullable(),
    blockedMs: TimeMs,
  })
  .register(ANSWERS, { id: 'BlockedPublisher' })
export type BlockedPublisher = z.infer<typeof BlockedPublisher>
