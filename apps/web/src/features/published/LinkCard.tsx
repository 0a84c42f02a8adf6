import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { IconButton } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card, Notice } from '../../shared/controls/Panels.tsx'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useTorrent } from '../../shared/node/context.tsx'

interface Props {
  readonly name: string
  readonly link: string
  /** Facts about the version. */
  readonly facts: readonly string[]
  /** Id or hash of the torrent of the latest version; null if there is none. */
  readonly torrent: string | null
  readonly error: string | null
  /** Buttons before the one that copies the link. */
  readonly actions: ReactNode
  readonly removal: { readonly label: string; readonly question: string }
  onRemove(): void
}

/** A published link, with its latest version. */
export function LinkCard({ name, link, facts, torrent, error, actions, removal, onRemove }: Props) {
  const [isAsking, setAsking] = useState(false)
  return (
    <Card className={layout.stack3}>
      <div className={`${layout.row3} ${layout.start}`}>
        <div className={`${layout.grow} ${layout.stack1}`}>
          <h3>{name}</h3>
          <p className={`${layout.mono} ${layout.clip} ${layout.muted}`} title={link}>
            {link}
          </p>
        </div>
        <IconButton icon="trash" label={`${removal.label}: ${name}`} onClick={() => setAsking(true)} />
      </div>
      <p className={`${layout.soft} ${layout.break}`}>{facts.join(' · ')}</p>
      {torrent !== null && <TorrentName id={torrent} />}
      {error !== null && <Notice tone="warn">{messageOf(new Error(error))}</Notice>}
      <div className={layout.wrap2}>
        {actions}
        <CopyButton size="small" text={link}>
          {texts.pages.published.copy}
        </CopyButton>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={removal.label}
          description={removal.question}
          confirm={removal.label}
          onConfirm={onRemove}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  )
}

function TorrentName({ id }: { readonly id: string }) {
  const torrent = useTorrent(id)
  if (!torrent) return null
  return (
    <p className={layout.break}>
      <Link href={`/torrents/${id}`}>{torrent.name}</Link>
    </p>
  )
}
