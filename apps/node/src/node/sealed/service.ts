/** The service that sealed shares offer to other capabilities. */
import type { Job } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Seal, ShareLink } from '@shoal/links'
import type { AddedTorrent, AddInput, ManagedTorrent } from '../torrents/service.ts'

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
  /** Remembers how a torrent is sealed, so that it has a link from now on. `original`: the path that was sealed, if that stays. */
  keep(torrent: ManagedTorrent, seal: Seal, original: string | null): Promise<void>
}

export const SEALED = service<Sealed>('sealed')
