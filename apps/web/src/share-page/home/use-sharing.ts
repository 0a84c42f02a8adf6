import type { SealTo } from '@shoal/sealed'
import { useRef, useState } from 'react'
import type { BrowserPeer } from '../../peer/browser-peer.ts'
import type { TorrentSnapshot } from '../../peer/protocol.ts'
import { linkOf } from '../link/link-of.ts'
import { useServices } from '../services.ts'
import { wordsOf } from '../view/parts.tsx'
import type { Chosen } from './chosen.ts'

export interface Sharing {
  /** `share`: of the bytes, 0 to 1, in each step. Null while nothing is made. */
  readonly running: { readonly step: 'sealing' | 'hashing'; readonly share: number } | null
  readonly failure: string | null
  /** `to`: sealed to these. */
  start(chosen: Chosen, to: SealTo | null): void
  cancel(): void
}

/** Makes a torrent of the files, then goes to its own link: the page shows there that it seeds. */
export function useSharing(): Sharing {
  const { peer, store, made, config, page } = useServices()
  const [running, setRunning] = useState<Sharing['running']>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const abort = useRef<AbortController | null>(null)
  const share = async (chosen: Chosen, to: SealTo | null) => {
    abort.current = new AbortController()
    const { signal } = abort.current
    const onProgress = (step: 'sealing' | 'hashing', share: number) => setRunning({ step, share })
    const context = { trackers: config.trackers, onProgress, signal }
    setFailure(null)
    onProgress(to ? 'sealing' : 'hashing', 0)
    try {
      const { torrent, seal } = to
        ? await (await import('../sealing/share-sealed.ts')).shareSealed(peer, chosen, to, context)
        : { torrent: await shareAsIs(peer, chosen, context), seal: undefined }
      store.put(torrent)
      made.add(torrent.id)
      location.hash = new URL(linkOf(torrent, page, seal)).hash
    } catch (error) {
      if (!signal.aborted) setFailure(wordsOf(error))
    }
    setRunning(null)
  }
  return {
    running,
    failure,
    start: (chosen, to) => void share(chosen, to),
    cancel: () => abort.current?.abort(),
  }
}

interface Context {
  readonly trackers: readonly string[]
  onProgress(step: 'hashing', share: number): void
  readonly signal: AbortSignal
}

function shareAsIs(
  peer: BrowserPeer,
  { name, files, totalBytes }: Chosen,
  { trackers, onProgress, signal }: Context,
): Promise<TorrentSnapshot> {
  const options = { name, trackers: trackers.map(url => [url]) }
  const tell = ({ doneBytes }: { doneBytes: number }) => onProgress('hashing', doneBytes / totalBytes)
  return peer.share(files, options, tell, signal)
}
