import { z } from 'zod'
import { TimeMs, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'
import { DidText, NetworkKeyText } from './people.ts'

/** Largest picture of a profile, in bytes. */
export const MAX_PICTURE_BYTES = 32 * 1024

/** A picture as a data URL: JPEG, PNG or WebP of at most 32 KiB and 512 × 512 pixels. */
const Picture = z.string()

/** The signed profile of this node's user, as seen by contacts. */
export const OwnProfile = z
  .object({
    /** The user's did:key; null as long as there is no device list. */
    did: z.string().nullable(),
    name: z.string().nullable(),
    picture: Picture.nullable(),
    /** Null until a profile was signed. */
    version: z.number().int().min(0).nullable(),
    /**
     * Why contacts do not see it, or why it cannot be signed. `no-devices`: the node knows no
     * device list. `not-a-device`: the node is not in it. `other-key`: the node shows contacts a
     * did:key other than that of the device list. `network-off`: the Shoal network is off.
     */
    problem: z.enum(['no-devices', 'not-a-device', 'other-key', 'network-off']).nullable(),
  })
  .register(ANSWERS, { id: 'OwnProfile' })
export type OwnProfile = z.infer<typeof OwnProfile>

/** A picture to set, in base64, with or without padding. */
export const PictureInput = z
  .string()
  .min(1)
  .max(Math.ceil((MAX_PICTURE_BYTES * 4) / 3) + 4)
  .regex(/^[\w+/-]+={0,2}$/, 'it is base64')

/**
 * `older`: a received device list is older than the known one. `forked`: there are two lists with
 * one number. `rotated`: the root key was replaced by its successor. `changed`: a node shows
 * another person than before, whose did:key is `detail`. `unverified`: the user had verified keys
 * that were replaced.
 */
export const ContactAlarm = z.object({
  kind: z.enum(['older', 'forked', 'rotated', 'changed', 'unverified']),
  atMs: TimeMs,
  detail: z.string().nullable(),
})
export type ContactAlarm = z.infer<typeof ContactAlarm>

/** A person shown by contacts. */
export const Contact = z
  .object({
    did: DidText,
    /** Nodes that show this person, with the user's names for them. */
    nodes: z.array(z.object({ key: NetworkKeyText, name: z.string().nullable() })),
    /** Name and picture in the signed profile. */
    name: Untrusted.nullable(),
    picture: Untrusted.nullable().meta({ description: 'A data URL, as that of the own profile' }),
    /** Number of device lists that are known; 0: none. */
    lists: z.number().int().min(0),
    /** Number of devices in the newest list; null without one. */
    devices: z.number().int().min(0).nullable(),
    /** Expiry time of the newest list. */
    expiresMs: TimeMs.nullable(),
    /** When the user verified the person's present keys. */
    verifiedMs: TimeMs.nullable(),
    /** When one of the nodes last answered. */
    askedMs: TimeMs.nullable(),
    /** The last alarm of each kind that was not dismissed. */
    alarms: z.array(ContactAlarm),
  })
  .register(ANSWERS, { id: 'Contact' })
export type Contact = z.infer<typeof Contact>

/** Words and codes by which both sides compare keys. */
export const Verification = z
  .object({
    did: DidText,
    /** Twelve words, the same on both sides. */
    words: z.array(z.string()),
    /** Text of the QR code that the contact scans. */
    ownCode: z.string(),
    verifiedMs: TimeMs.nullable(),
  })
  .register(ANSWERS, { id: 'Verification' })
export type Verification = z.infer<typeof Verification>
