/** The service of sealed shares for other capabilities. */
import type { Job } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Seal, ShareLink } from '@shoal/links'
import type { AddedTorrent, AddInput, ManagedTorrent } from '../torrents/service.ts'

export interface Sealed {
  /**
   * Adds the torrent of a sealed share, and starts the job that opens it into `directory`. Rejects
   * with `bad-request` if the key or passphrase is missing, and like `Torrents.add`.
   */
  add(
    share: ShareLink,
    seal: Seal,
    input: AddInput & { directory: string; passphrase?: string | undefined },
  ): Promise<{ added: AddedTorrent; job: Job }>
  /**
   * Remembers how a torrent is sealed, so that it has a link from now on. `original`: the path that
   * was sealed, if that is kept.
   */
  keep(torrent: ManagedTorrent, seal: Seal, original: string | null): Promise<void>
}

export const SEALED = service<Sealed>('sealed')
