import type { Torrent } from '@shoal/api'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { Button, IconButton } from '../../../../shared/controls/Button.tsx'
import { Menu } from '../../../../shared/controls/Menu.tsx'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { linkShown } from '../../../../shared/ui/ui.ts'
import { type ActionDialog, ActionDialogs } from '../../actions/ActionDialogs.tsx'
import { createMenu } from '../../actions/menu.ts'
import { isStopped, torrentActions } from '../../actions/torrent-actions.ts'
import styles from './head.module.css'

const say = texts.torrent.head

export interface HeadActionsProps {
  readonly torrent: Torrent
  /** Plays or opens the main file of the torrent; null if there is no such file. */
  readonly onPlay: (() => void) | null
}

export function HeadActions({ torrent, onPlay }: HeadActionsProps) {
  const node = useNode()
  const [, go] = useLocation()
  const [dialog, setDialog] = useState<ActionDialog | null>(null)
  const actions = useMemo(() => torrentActions(node), [node])
  const leave = () => go('/')
  const remove = async (those: readonly string[]) => {
    const removed = await actions.remove(those)
    if (removed) leave()
    return removed
  }
  const ids = [torrent.id]
  const stopped = isStopped(torrent.state)
  const items = () => createMenu({ ids, node, actions: { ...actions, remove }, ask: setDialog })
  return (
    <div className={styles.actions}>
      {onPlay && (
        <Button icon="play" onClick={onPlay}>
          {say.play}
        </Button>
      )}
      <Button
        icon={stopped ? 'start' : 'pause'}
        className={styles.toggle}
        onClick={() => void actions.toggle(ids)}
      >
        <span>{stopped ? say.resume : say.pause}</span>
      </Button>
      <Button variant="primary" icon="share" onClick={() => linkShown.set(torrent.id)}>
        {say.share}
      </Button>
      <Menu items={items} trigger={<IconButton icon="more" label={say.more} variant="plain" />} />
      <ActionDialogs dialog={dialog} actions={actions} onClose={() => setDialog(null)} onRemoved={leave} />
    </div>
  )
}
