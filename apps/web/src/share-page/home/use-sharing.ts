import { useRef, useState } from 'react'
import { linkOf } from '../link/link-of.ts'
import { useServices } from '../services.ts'
import { wordsOf } from '../view/parts.tsx'
import type { Chosen } from './chosen.ts'

export interface Sharing {
  /** `share`: of the bytes, 0 to 1. Null while nothing is made. */
  readonly running: { readonly share: number } | null
  readonly failure: string | null
  start(chosen: Chosen): void
  cancel(): void
}

/** Makes a torrent of the files, then goes to its own link: the page shows there that it seeds. */
export function useSharing(): Sharing {
  const { peer, store, config, page } = useServices()
  const [running, setRunning] = useState<Sharing['running']>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const abort = useRef<AbortController | null>(null)
  const share = async ({ name, files, totalBytes }: Chosen) => {
    abort.current = new AbortController()
    const { signal } = abort.current
    setFailure(null)
    setRunning({ share: 0 })
    try {
      const options = { name, trackers: config.trackers.map(url => [url]) }
      const onProgress = ({ doneBytes }: { doneBytes: number }) =>
        setRunning({ share: doneBytes / totalBytes })
      const torrent = await peer.share(files, options, onProgress, signal)
      store.put(torrent)
      location.hash = new URL(linkOf(torrent, page)).hash
    } catch (error) {
      if (!signal.aborted) setFailure(wordsOf(error))
    }
    setRunning(null)
  }
  return { running, failure, start: chosen => void share(chosen), cancel: () => abort.current?.abort() }
}
