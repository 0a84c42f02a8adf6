import { whyUnshared } from '@shoal/api/torrent-reasons'
import { Button } from '../../shared/controls/Button.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode, useTorrent } from '../../shared/node/context.tsx'

const t = texts.add.link

/**
 * Says why others cannot download the torrent from this node now, so that its links may not work,
 * and offers to start it if that helps.
 */
export function LinkTrouble({ id }: { readonly id: string }) {
  const { api } = useNode()
  const torrent = useTorrent(id)
  const why = torrent ? whyUnshared(torrent) : null
  if (why === null) return null
  const act = (action: 'resume' | 'start') => api.actOnTorrents({ ids: [id], action }).catch(notifyError)
  const canResume = why === 'paused' || why === 'error' || why === 'missing-files'
  return (
    <Notice
      tone={why === 'checking' ? 'info' : 'warn'}
      action={
        canResume ? (
          <Button size="small" onClick={() => void act('resume')}>
            {texts.torrent.head.resume}
          </Button>
        ) : (
          why === 'queued' && (
            <Button size="small" onClick={() => void act('start')}>
              {texts.torrent.head.startNow}
            </Button>
          )
        )
      }
    >
      {t.trouble[why]}
    </Notice>
  )
}
