import { Button } from '../../components/Button.tsx'
import { notify, notifyError } from '../../components/toasts.ts'
import { useNode } from '../../node/context.tsx'
import { texts } from '../../texts/texts.ts'

const say = texts.torrent.trackers

export function Reannounce({ id }: { readonly id: string }) {
  const { api } = useNode()
  const ask = () =>
    api
      .actOnTorrents({ ids: [id], action: 'reannounce' })
      .then(() => notify(say.asked, { type: 'good' }), notifyError)
  return (
    <Button size="small" icon="refresh" onClick={() => void ask()}>
      {say.reannounce}
    </Button>
  )
}
