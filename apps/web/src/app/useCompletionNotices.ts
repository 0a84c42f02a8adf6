import type { Torrent } from '@shoal/api'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { notify } from '../shared/controls/toasts.ts'
import { shownName } from '../shared/format/shown-name.ts'
import { texts } from '../shared/messages/texts.ts'
import { useNode } from '../shared/node/context.tsx'
import { completionNotices } from '../shared/ui/completion-notices.ts'
import { onNoticeClicked, showSystemNotice } from '../shared/ui/system-notices.ts'

/**
 * Reports completed downloads: on the page while it is visible, otherwise as a system notification
 * if the user wants that.
 */
export function useCompletionNotices(): void {
  const { torrents, loaded } = useNode()
  const [, navigate] = useLocation()
  useEffect(() => onNoticeClicked(navigate), [navigate])
  useEffect(() => {
    /** Torrents that have been seen incomplete. */
    const awaited = new Set<string>()
    const check = () => {
      for (const torrent of torrents.values()) {
        if (torrent.completedMs === null) awaited.add(torrent.id)
        else if (awaited.delete(torrent.id) && loaded.get()) notifyCompleted(torrent, navigate)
      }
    }
    check()
    // Rates change every frame: thousands of torrents are checked only when one was added or
    // completed.
    return torrents.onList(({ membership, keys }) => {
      if (membership || keys.has('completedMs')) check()
    })
  }, [torrents, loaded, navigate])
}

function notifyCompleted({ id, name }: Torrent, open: (path: string) => void): void {
  const title = texts.app.completed
  const body = shownName(name)
  if (document.visibilityState === 'visible') notify(title, { description: body, type: 'good' })
  else if (completionNotices.get())
    void showSystemNotice({ title, body, tag: id, path: `/torrents/${id}` }, open).catch(() => {})
}
