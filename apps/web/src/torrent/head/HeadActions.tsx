import type { Torrent } from '@shoal/api'
import { linkShown } from '../../app/ui.ts'
import { Button } from '../../components/Button.tsx'
import { notifyError } from '../../components/toasts.ts'
import { useNode } from '../../node/context.tsx'
import { texts } from '../../texts/texts.ts'
import styles from './head.module.css'

const say = texts.torrent.head

export function HeadActions({ torrent }: { readonly torrent: Torrent }) {
  const { api } = useNode()
  const stopped = torrent.state === 'paused' || torrent.state === 'complete' || torrent.state === 'error'
  const toggle = () =>
    api.actOnTorrents({ ids: [torrent.id], action: stopped ? 'resume' : 'pause' }).catch(notifyError)
  return (
    <div className={styles.actions}>
      <Button variant="primary" icon="share" onClick={() => linkShown.set(torrent.id)}>
        {say.share}
      </Button>
      <Button icon={stopped ? 'play' : 'pause'} onClick={() => void toggle()}>
        {stopped ? say.resume : say.pause}
      </Button>
    </div>
  )
}
