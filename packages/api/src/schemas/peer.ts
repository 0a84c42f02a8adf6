import { z } from 'zod'
import { Bytes, BytesPerSecond } from './common.ts'
import { ANSWERS } from './names.ts'

export const Peer = z
  .object({
    /** `host:port`, IPv6 in brackets; a web seed's URL. */
    address: z.string(),
    /** The transport, or `webseed`. */
    kind: z.string(),
    client: z.string(),
    /** ISO 3166-1 alpha-2 code, from the database that the settings name; null without one. */
    country: z.string().nullable(),
    incoming: z.boolean(),
    encrypted: z.boolean(),
    /** 0 to 1. */
    progress: z.number().min(0).max(1),
    downloadBytesPerSecond: BytesPerSecond,
    uploadBytesPerSecond: BytesPerSecond,
    downloadedBytes: Bytes,
    uploadedBytes: Bytes,
    amChoking: z.boolean(),
    amInterested: z.boolean(),
    peerChoking: z.boolean(),
    peerInterested: z.boolean(),
    snubbed: z.boolean(),
  })
  .register(ANSWERS, { id: 'Peer' })
export type Peer = z.infer<typeof Peer>

/** What is remembered of a peer from all torrents and runs. */
export const KnownPeer = z
  .object({
    host: z.string(),
    client: z.string(),
    downloadedBytes: Bytes,
    uploadedBytes: Bytes,
    wastedBytes: Bytes,
    /** -1 to 1: what it gave to what it took and wasted. */
    score: z.number().min(-1).max(1),
    connections: z.number().int().min(0),
    lastSeenMs: z.number(),
  })
  .register(ANSWERS, { id: 'KnownPeer' })
export type KnownPeer = z.infer<typeof KnownPeer>
