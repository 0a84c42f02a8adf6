import { Button } from '../../../../shared/controls/Button.tsx'
import { notify, notifyError } from '../../../../shared/controls/toasts.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { askedText } from '../../actions/torrent-actions.ts'

const say = texts.torrent.trackers

export function Reannounce({ id }: { readonly id: string }) {
  const { api } = useNode()
  const ask = () =>
    api
      .actOnTorrents({ ids: [id], action: 'reannounce' })
      .then(acted => notify(askedText(acted), { type: 'good' }), notifyError)
  return (
    <Button size="small" icon="refresh" onClick={() => void ask()}>
      {say.reannounce}
    </Button>
  )
}
