/** The service that sealed shares offer to other capabilities. */
import type { Job } from '@shoal/api'
import type { Seal, ShareLink } from '@shoal/links'
import { service } from '../kernel/capability.ts'
import type { AddedTorrent, AddInput } from '../torrents/service.ts'

/** Folder for sealed content, below the download folder. */
export const SEALED_FOLDER = 'Sealed'

export interface Sealed {
  /**
   * Adds the torrent of a sealed share, and begins the job that opens it into `directory`. Rejects with `bad-request` when what opens it is
   * missing, and as `Torrents.add` does.
   */
  add(
    share: ShareLink,
    seal: Seal,
    input: AddInput & { directory: string; passphrase?: string | undefined },
  ): Promise<{ added: AddedTorrent; job: Job }>
}

export const SEALED = service<Sealed>('sealed')
