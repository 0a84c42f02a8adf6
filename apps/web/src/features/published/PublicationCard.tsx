import type { Publication } from '@shoal/api'
import { Button } from '../../shared/controls/Button.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatAgo } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { LinkCard } from './LinkCard.tsx'
import { torrentOf } from './torrent-of.ts'

const t = texts.pages.published

interface Props {
  readonly publication: Publication
  onPublish(): void
}

export function PublicationCard({ publication, onPublish }: Props) {
  const { api, torrents } = useNode()
  const { id, name, link, infoHash, version, publishedMs, nodes, error } = publication
  const stored = publishedMs === null ? t.notStored : t.stored({ ago: formatAgo(publishedMs), count: nodes })
  const remove = () =>
    void api.unpublish({ id }).then(() => notify(t.unpublished({ name }), { type: 'good' }), notifyError)
  return (
    <LinkCard
      {...{ name, link, error }}
      torrent={torrentOf(torrents.values(), infoHash)?.id ?? null}
      facts={[t.version({ version }), stored]}
      actions={
        <Button size="small" icon="upload" onClick={onPublish}>
          {t.publishNext}
        </Button>
      }
      removal={{ label: t.unpublish, question: t.unpublishConfirm({ name }) }}
      onRemove={remove}
    />
  )
}
