import { SEALED_NAME, type Seal } from '@shoal/links'
import type { SealTo } from '@shoal/sealed'
import type { BrowserPeer } from '../../../shared/engine/browser-peer.ts'
import { cancelled } from '../../../shared/engine/failure.ts'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import type { Chosen } from '../chosen.ts'
import { askWorker } from './ask-worker.ts'
import type { Sealed } from './messages.ts'
import { withPlace } from './sealing-place.ts'

export interface SealingContext {
  readonly trackers: readonly string[]
  /** `share`: progress of each step, 0 to 1. */
  onProgress(step: 'sealing' | 'hashing', share: number): void
  readonly signal: AbortSignal
}

export interface SealedShare {
  readonly torrent: TorrentSnapshot
  /** The seal, for the link. */
  readonly seal: Seal
}

/**
 * Seals chosen files and seeds the result: from the browser's storage, or from memory if there is
 * none. Rejects with a PeerError.
 */
export async function shareSealed(
  peer: BrowserPeer,
  chosen: Chosen,
  to: SealTo,
  context: SealingContext,
): Promise<SealedShare> {
  const { kind } = await peer.storage()
  if (context.signal.aborted) throw cancelled()
  const share = (path: string | null) => sealAndSeed(peer, chosen, to, context, path)
  return kind === 'opfs' ? withPlace(share) : share(null)
}

async function sealAndSeed(
  peer: BrowserPeer,
  chosen: Chosen,
  to: SealTo,
  { trackers, onProgress, signal }: SealingContext,
  path: string | null,
): Promise<SealedShare> {
  const order = { kind: 'seal', files: insideOf(chosen), to, path } as const
  const sealed = await askWorker(order, { signal, onProgress: share => onProgress('sealing', share) })
  const options = { name: SEALED_NAME, trackers: trackers.map(url => [url]) }
  const report = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) =>
    onProgress('hashing', doneBytes / totalBytes)
  const torrent =
    sealed.blob === null
      ? await peer.shareStored(path!, options, report, signal)
      : await peer.share([{ path: [SEALED_NAME], file: sealed.blob }], options, report, signal)
  if (signal.aborted) {
    await peer.remove(torrent.id)
    throw cancelled()
  }
  return { torrent, seal: linkSeal(to, sealed) }
}

/** Returns the paths inside the sealed file: a folder keeps its name. */
function insideOf({ isSingle, name, files }: Chosen): Chosen['files'] {
  return isSingle ? files : files.map(({ path, file }) => ({ path: [name, ...path], file }))
}

function linkSeal(to: SealTo, { key }: Sealed): Seal {
  if (to.by === 'key') return { by: 'key', key: key! }
  return { by: to.by === 'recipients' ? 'recipient' : to.by }
}
