import { join } from 'node:path'
import { infoHashText, type TorrentApi } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { stampOf } from '../../base/files/stamp.ts'
import { type Entry, type FolderRecords, isTaken } from './folder-records.ts'

/** A download that is noted as this process's, so that nobody else takes its files for something to share, or downloads it too. */
export interface Claim {
  /** All that is wanted is here. */
  complete(): void
  /** This process downloads it no longer. Call it when the session is closed, so that nothing changes on the disk any more. */
  release(): Promise<void>
}

/**
 * Notes the download now, and again when its name becomes known. Rejects when another process has it, or its name is that of something
 * that was shared from here.
 */
export async function claim(torrent: TorrentApi, records: FolderRecords): Promise<Claim> {
  const sinceMs = Date.now()
  let done = false
  let infoHash = infoHashText(torrent.infoHashes)
  const note = (more: Partial<Entry>) => {
    const before = infoHash
    infoHash = infoHashText(torrent.infoHashes)
    // The metadata may have told another info hash of a hybrid.
    if (before !== infoHash) void records.delete(before)
    records.save({ infoHash, name: torrent.name, kind: 'got', magnet: torrent.magnet, ...more })
  }
  const known = await records.find(infoHash)
  if (known && isTaken(known))
    throw new Failure(
      'bad-argument',
      `another shoal (process ${known.pid}) is downloading this into the same folder: wait for it, or choose another folder`,
    )
  // What was made here is here: its note stays, for it saves hashing.
  if (known?.kind === 'made') return { complete() {}, async release() {} }
  const off = torrent.on('metadata', () => note({ pid: process.pid, sinceMs }))
  note({ pid: process.pid, sinceMs })
  return {
    complete() {
      done = true
      note({ complete: true })
    },
    async release() {
      off()
      const stamp = done ? await stampOf(join(torrent.directory, torrent.name)).catch(() => null) : null
      note({ ...(done && { complete: true }), ...(stamp !== null && { stamp }) })
    },
  }
}
