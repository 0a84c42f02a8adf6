import { z } from 'zod'
import { Bytes, TimeMs, Untrusted, UntrustedSecret } from './common.ts'
import { ANSWERS } from './names.ts'
import { DidText } from './people.ts'

/** A hub of which the node's user is a member. */
export const JoinedHub = z
  .object({
    /** Its origin: `https://hub.example.org`. */
    url: z.string(),
    /** Name chosen by its owner. */
    name: Untrusted,
    /** `did:web` of a hub with a public address. */
    did: z.string().nullable(),
    /**
     * Name of the user's account there, or its DID if it has no name. Null until the next login at
     * hubs that were joined by an older version.
     */
    account: Untrusted.nullable(),
    /** DID of the user's account. */
    accountDid: DidText,
    joinedMs: TimeMs,
    /** Whether it has the newest device list. */
    knowsDevices: z.boolean(),
    /**
     * Whether it is reached over the internet by `http`, so that anyone who monitors the network
     * can see and use the logins.
     */
    isExposed: z.boolean(),
    /** Error of the last request; null after a successful one. */
    problem: z.object({ message: Untrusted, atMs: TimeMs }).nullable(),
  })
  .register(ANSWERS, { id: 'JoinedHub' })
export type JoinedHub = z.infer<typeof JoinedHub>

/** A listing published by a member of a hub. */
export const HubListing = z
  .object({
    id: z.string(),
    title: Untrusted,
    category: z.string(),
    tags: z.array(Untrusted),
    /** A magnet link or share link, which `addTorrent` takes. */
    link: UntrustedSecret,
    /** Page of the listing at the hub. */
    url: z.string(),
    sizeBytes: Bytes,
    fileCount: z.number().int().nullable(),
    /** Name of its author, or the DID if they have no name. */
    author: Untrusted,
    createdMs: TimeMs,
    /** Peers known to the hub's own tracker. */
    seeders: z.number().int(),
    leechers: z.number().int(),
  })
  .register(ANSWERS, { id: 'HubListing' })
export type HubListing = z.infer<typeof HubListing>

/** A login of the node's user at a hub. */
export const HubSession = z
  .object({
    id: z.string(),
    /**
     * Name of its device; null for a login with a passkey, and for a device that the user's list
     * does not contain.
     */
    device: z.string().nullable(),
    /** For example the name of the browser. */
    label: Untrusted,
    createdMs: TimeMs,
    seenMs: TimeMs,
    expiresMs: TimeMs,
    /** Whether it is this node's session. */
    own: z.boolean(),
  })
  .register(ANSWERS, { id: 'HubSession' })
export type HubSession = z.infer<typeof HubSession>
