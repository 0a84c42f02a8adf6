import { join } from 'node:path'
import { infoHashText, type TorrentApi } from '@shoal/torrent'
import { stampOf } from '../../base/files/stamp.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'
import { type Entry, type FolderRecords, isTaken } from './folder-records.ts'

/**
 * A record that this process is downloading a torrent, so that no other process shares its
 * unfinished files or also downloads it.
 */
export interface Claim {
  /** Call this when all wanted files are complete. */
  complete(): void
  /** Ends the claim. Call this after closing the session, when nothing changes on disk any more. */
  release(): Promise<void>
}

/**
 * Records the download now, and again when its name becomes known. Rejects if another process has
 * the download, or if something that was shared from this folder has its name.
 */
export async function claim(torrent: TorrentApi, records: FolderRecords): Promise<Claim> {
  const sinceMs = Date.now()
  let done = false
  let infoHash = infoHashText(torrent.infoHashes)
  const note = (more: Partial<Entry>) => {
    const before = infoHash
    infoHash = infoHashText(torrent.infoHashes)
    // The metadata of a hybrid torrent may have added another info hash.
    if (before !== infoHash) void records.delete(before)
    records.save({ infoHash, name: torrent.name, kind: 'got', magnet: torrent.magnet, ...more })
  }
  const known = await records.find(infoHash)
  if (known && isTaken(known))
    throw new CommandFailure('bad-argument', texts.get.taken({ pid: String(known.pid) }))
  // The torrent was created from files of this folder. Its record is kept, because it saves
  // hashing.
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
