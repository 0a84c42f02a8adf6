import { z } from 'zod'
import { HostPath, Name, TimeMs, TorrentId, Untrusted, Why } from './common.ts'
import { ANSWERS } from './names.ts'

/** A link to a torrent that the owner of a key can replace (BEP 46). */
export const MutableLink = z
  .string()
  .max(4096)
  .meta({ description: 'magnet:?xs=urn:btpk:KEY&s=SALT, with key and salt in hex (BEP 46)' })

/**
 * A sequence number of BEP 44: 0 to 2^63 - 1, as text because JSON numbers are not exact beyond
 * 2^53.
 */
export const VersionNumber = z.string().regex(/^(0|[1-9]\d{0,18})$/, 'a version is a number')

/** The first 20 bytes of an info hash, as BEP 46 names a torrent: all of v1. */
export const ShortHash = z
  .string()
  .regex(/^[0-9a-fA-F]{40}$/, 'this hash has 40 hexadecimal digits')
  .transform(text => text.toLowerCase())

/** A link of yours. The node keeps its current version in the DHT. */
export const Publication = z
  .object({
    id: z.string(),
    name: z.string(),
    link: z.string(),
    infoHash: z.string(),
    version: z.string(),
    /** When the DHT last stored it, and on how many nodes. */
    publishedMs: TimeMs.nullable(),
    nodes: z.number().int().min(0),
    /** Error of the last attempt. */
    error: Untrusted.nullable(),
    why: Why,
  })
  .register(ANSWERS, { id: 'Publication' })
export type Publication = z.infer<typeof Publication>

/**
 * Whether earlier versions of a followed link are kept, in separate folders, or replaced by the
 * latest one.
 */
export const KeepVersions = z.enum(['all', 'latest'])

/** Someone else's link, whose versions the node adds. */
export const Followed = z
  .object({
    id: z.string(),
    name: Name,
    link: z.string(),
    everyMinutes: z.number().int().min(10).max(10_080),
    keep: KeepVersions,
    directory: HostPath.nullable(),
    label: Name.nullable(),
    /** The torrent of the latest version. Null before the first, and after it was removed. */
    torrent: TorrentId.nullable(),
    version: z.string().nullable(),
    /** When the latest version was found. */
    changedMs: TimeMs.nullable(),
    checkedMs: TimeMs.nullable(),
    /** Error of the last check. */
    error: Untrusted.nullable(),
    why: Why,
  })
  .register(ANSWERS, { id: 'Followed' })
export type Followed = z.infer<typeof Followed>
