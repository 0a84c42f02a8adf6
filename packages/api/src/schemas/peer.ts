import { z } from 'zod'
import { SOURCE_KINDS } from '../choices.ts'
import { Bytes, BytesPerSecond, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

export const Peer = z
  .object({
    /** `host:port` with IPv6 in brackets, or the URL of a web seed. */
    address: Untrusted,
    /** The transport, or `webseed`. */
    kind: z.string(),
    client: Untrusted,
    /** ISO 3166-1 alpha-2 code from the configured country database. Null without one. */
    country: z.string().nullable(),
    incoming: z.boolean(),
    encrypted: z.boolean(),
    /** Whether a third peer helped both to connect through their routers (BEP 55). */
    holePunched: z.boolean(),
    /** Proven network key of a Shoal peer, in hexadecimal digits. */
    networkKey: z.string().nullable(),
    /**
     * The user's name for that Shoal peer, and the did:key of the person that it has shown. Null if
     * there is neither.
     */
    person: z.object({ name: z.string().nullable(), did: z.string().nullable() }).nullable(),
    /** Whether it is preferred for upload slots. */
    hasFastLane: z.boolean(),
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
    /** How it was found: a kind of tracker, `manual`, `incoming`, or `webseed`. */
    origin: z.string(),
    /** Where it accepts connections, if it connected to us and has announced that. */
    listenAddress: z.string().nullable(),
    /** Start of its peer ID, which identifies its program: eight printable characters, or empty. */
    peerId: Untrusted,
    /** Share of our missing pieces that it has, 0 to 1. */
    relevance: z.number().min(0).max(1),
    /** The piece that it is sending to us. */
    piece: z.number().int().min(0).nullable(),
  })
  .register(ANSWERS, { id: 'Peer' })
export type Peer = z.infer<typeof Peer>

/** Bytes that a torrent received from all sources of one kind since the node started. */
export const SourceShare = z
  .object({
    kind: z.enum(SOURCE_KINDS),
    /** Number connected; for `disk`, of the torrents that were copied from. */
    sources: z.number().int().min(0),
    downloadedBytes: Bytes,
    downloadBytesPerSecond: BytesPerSecond,
  })
  .register(ANSWERS, { id: 'SourceShare' })
export type SourceShare = z.infer<typeof SourceShare>

/** Totals of a peer over all torrents and runs of the node. */
export const KnownPeer = z
  .object({
    host: Untrusted,
    client: Untrusted,
    downloadedBytes: Bytes,
    uploadedBytes: Bytes,
    wastedBytes: Bytes,
    /** -1 to 1: compares what it sent with what it received and wasted. */
    score: z.number().min(-1).max(1),
    connections: z.number().int().min(0),
    lastSeenMs: z.number(),
  })
  .register(ANSWERS, { id: 'KnownPeer' })
export type KnownPeer = z.infer<typeof KnownPeer>

export const IpFilterStatus = z
  .object({
    /** The file; null without a filter. */
    path: z.string().nullable(),
    /** Number of lines with addresses, and of the resulting disjoint ranges. */
    rules: z.number().int().min(0),
    ranges: z.number().int().min(0),
    /** Number of invalid lines, and the first of them. */
    badLines: z.number().int().min(0),
    firstBadLines: z.array(z.object({ line: z.number().int().min(1), text: Untrusted })),
    /** When it was read; null if it never was. */
    loadedMs: z.number().nullable(),
    /** Error of the last attempt to read it. The previous list is then still in effect. */
    error: Untrusted.nullable(),
    /** Number of connections that it prevented since the node started. */
    blockedPeers: z.number().int().min(0),
  })
  .register(ANSWERS, { id: 'IpFilterStatus' })
export type IpFilterStatus = z.infer<typeof IpFilterStatus>
