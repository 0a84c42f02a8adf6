import type { BrowserPeer } from '../../shared/engine/browser-peer.ts'

/**
 * Makes the browser ask before it closes the app while others download from it. `shared`: the ids
 * of the torrents that they may download.
 */
export function askWhileFetched(
  peer: Pick<BrowserPeer, 'on' | 'watch'>,
  shared: () => readonly string[],
): void {
  const uploading = new Set<string>()
  peer.on(event => {
    if (event.kind !== 'torrents') return
    for (const { id, uploadBytesPerSecond } of event.changed)
      if (uploadBytesPerSecond > 0) uploading.add(id)
      else uploading.delete(id)
    for (const id of event.gone) uploading.delete(id)
  })
  addEventListener('beforeunload', event => {
    if (shared().some(id => uploading.has(id))) event.preventDefault()
  })
  void peer.watch().catch(() => {})
}
