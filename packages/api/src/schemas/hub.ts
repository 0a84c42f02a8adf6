import { z } from 'zod'
import { Bytes, TimeMs, Untrusted, UntrustedSecret } from './common.ts'
import { ANSWERS } from './names.ts'

/** A hub of which the node's user is a member. */
export const JoinedHub = z
  .object({
    /** Its origin: `https://hub.example.org`. */
    url: z.string(),
    /** As its owner calls it. */
    name: Untrusted,
    /** `did:web` of a hub with a public address. */
    did: z.string().nullable(),
    joinedMs: TimeMs,
    /** Whether it has the newest device list. */
    knowsDevices: z.boolean(),
    /** Whether it is reached over the internet by `http`, so that whoever watches the network sees the logins and could use them. */
    isExposed: z.boolean(),
    /** Why the last request failed; null after one that succeeded. */
    problem: z.object({ message: Untrusted, atMs: TimeMs }).nullable(),
  })
  .register(ANSWERS, { id: 'JoinedHub' })
export type JoinedHub = z.infer<typeof JoinedHub>

/** Something that a member of a hub has published there. */
export const HubListing = z
  .object({
    id: z.string(),
    title: Untrusted,
    category: z.string(),
    tags: z.array(Untrusted),
    /** A magnet link or share link, which `addTorrent` takes. */
    link: UntrustedSecret,
    /** The page of the listing at the hub. */
    url: z.string(),
    sizeBytes: Bytes,
    fileCount: z.number().int().nullable(),
    /** The name of its author, or the DID of somebody without a name. */
    author: Untrusted,
    createdMs: TimeMs,
    /** Peers that the hub's own tracker knows. */
    seeders: z.number().int(),
    leechers: z.number().int(),
  })
  .register(ANSWERS, { id: 'HubListing' })
export type HubListing = z.infer<typeof HubListing>

/** A login of the node's user at a hub. */
export const HubSession = z
  .object({
    id: z.string(),
    /** The name of its device; null for a login with a passkey, and for a device that the user's list does not contain. */
    device: z.string().nullable(),
    /** Such as the name of the browser. */
    label: Untrusted,
    createdMs: TimeMs,
    seenMs: TimeMs,
    expiresMs: TimeMs,
    /** Whether it is that of this node. */
    own: z.boolean(),
  })
  .register(ANSWERS, { id: 'HubSession' })
export type HubSession = z.infer<typeof HubSession>
