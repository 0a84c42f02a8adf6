import { z } from 'zod'
import { Bytes, BytesPerSecond, TimeMs, TorrentId } from './common.ts'
import { ANSWERS } from './names.ts'

/** `create`: makes a torrent of files and shares it. `download`: one file over HTTP(S) or FTP. `move`: files to another folder. `unseal`: opens a sealed share when it is whole. */
export const JobKind = z.enum(['create', 'download', 'move', 'unseal'])

/** Long work that shows its progress and can be cancelled. */
export const Job = z
  .object({
    id: z.string(),
    kind: JobKind,
    /** What it works on, for people. */
    name: z.string(),
    state: z.enum(['running', 'waiting', 'done', 'failed', 'cancelled']),
    doneBytes: Bytes,
    /** Null when unknown. */
    totalBytes: Bytes.nullable(),
    bytesPerSecond: BytesPerSecond,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** The torrent that it made, or works on. */
    torrent: TorrentId.nullable(),
    /** Where what it downloaded or moved lies. */
    path: z.string().nullable(),
    /**
     * The share link of what it sealed, with what opens it: for those that it is meant for alone. It begins with `#` while the node does not know its
     * public address: what comes before is `/share/` of the address that it is asked by.
     */
    link: z.string().nullable(),
    startedMs: TimeMs,
    endedMs: TimeMs.nullable(),
  })
  .register(ANSWERS, { id: 'Job' })
export type Job = z.infer<typeof Job>
