import { z } from 'zod'
import { Bytes, FileIndex, TorrentId, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

/**
 * Random, and valid only for the login session that opened the share; with other credentials, for
 * all clients without a session.
 */
export const SealedId = z
  .string()
  .regex(/^[\w-]{22}$/, 'this is not the id of an opened share')
  .meta({ description: 'The id of an opened share, from openSealed' })

export const OpenedSeal = z
  .object({
    id: SealedId,
    /** The torrent that it is read from. */
    torrent: TorrentId,
    /** Name of its only file or folder. Null if there are several. */
    name: Untrusted.nullable(),
    fileCount: z.number().int().min(0),
    /** Sum over all files. */
    totalBytes: Bytes,
    /** Error of the last read of a file. Null if there was none. */
    problem: z.object({ code: z.string(), message: Untrusted }).nullable(),
  })
  .register(ANSWERS, { id: 'OpenedSeal' })
export type OpenedSeal = z.infer<typeof OpenedSeal>

export const SealedFile = z
  .object({
    index: FileIndex,
    /** Relative to the share, separated by `/`. */
    path: Untrusted,
    lengthBytes: Bytes,
    /** Media type by its name: `video/mp4`. */
    mediaType: z.string(),
    /** Path for reading it, decrypted, even while it downloads. */
    href: z.string(),
  })
  .register(ANSWERS, { id: 'SealedFile' })
export type SealedFile = z.infer<typeof SealedFile>
