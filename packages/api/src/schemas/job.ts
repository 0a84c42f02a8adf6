import { z } from 'zod'
import { Bytes, BytesPerSecond, Failed, TimeMs, TorrentId, Untrusted, UntrustedSecret } from './common.ts'
import { ANSWERS } from './names.ts'

/**
 * `create`: creates a torrent from files and seeds it. `download`: downloads one file over HTTP(S)
 * or FTP. `move`: moves files to another folder. `unseal`: decrypts a sealed share once it is
 * complete.
 */
export const JobKind = z.enum(['create', 'download', 'move', 'unseal'])

/** A long task that reports its progress and can be cancelled. */
export const Job = z
  .object({
    id: z.string(),
    kind: JobKind,
    /** Name of the content, for people. */
    name: Untrusted,
    state: z.enum(['running', 'waiting', 'done', 'failed', 'cancelled']),
    doneBytes: Bytes,
    /** Null when unknown. */
    totalBytes: Bytes.nullable(),
    bytesPerSecond: BytesPerSecond,
    error: Failed.nullable(),
    /** The torrent that it created or works on. */
    torrent: TorrentId.nullable(),
    /** The path of the files that it downloaded or moved. */
    path: Untrusted.nullable(),
    /**
     * The share link of a sealed share, including the key: only for its recipients. It begins with
     * `#` while the node does not know its public address: prepend `/share/` of the address that
     * you use.
     */
    link: UntrustedSecret.nullable(),
    startedMs: TimeMs,
    endedMs: TimeMs.nullable(),
  })
  .register(ANSWERS, { id: 'Job' })
export type Job = z.infer<typeof Job>
