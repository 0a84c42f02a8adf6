import type { Torrent } from '@shoal/api'
import { describeTrackers } from '@shoal/api/torrent-reasons'
import { useMemo } from 'react'
import { Button } from '../../../../shared/controls/Button.tsx'
import { Notice } from '../../../../shared/controls/Panels.tsx'
import { nodeMessage } from '../../../../shared/format/error-message.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { torrentActions } from '../../actions/torrent-actions.ts'
import { useTrackers } from '../useLive.ts'

const say = texts.torrent.head.why

/** Says why nothing happens, and what helps. */
export function Why({ torrent }: { readonly torrent: Torrent }) {
  const { state, reason } = torrent
  if (state === 'queued') return <Queued torrent={torrent} />
  if (state === 'checking') return <Notice tone="info">{say.checking}</Notice>
  if (reason === 'tracker-error') return <FailingTrackers torrent={torrent} />
  // Another notice lists files that were changed.
  if (reason === null || reason === 'changed-files') return null
  return <Notice tone="warn">{say[reason]}</Notice>
}

function Queued({ torrent }: { readonly torrent: Torrent }) {
  const node = useNode()
  const actions = useMemo(() => torrentActions(node), [node])
  return (
    <Notice
      tone="info"
      action={
        <Button size="small" onClick={() => void actions.act([torrent.id], 'start')}>
          {texts.torrent.head.startNow}
        </Button>
      }
    >
      {say.queued}
    </Notice>
  )
}

function FailingTrackers({ torrent }: { readonly torrent: Torrent }) {
  const reported = useTrackers(torrent.id).value
  const { count, message } = describeTrackers(reported?.items ?? [])
  if (message === undefined) return null
  const text = torrent.state === 'seeding' ? say.unreachable : say['tracker-error']
  return <Notice tone="warn">{text({ count, message: nodeMessage(message) })}</Notice>
}
