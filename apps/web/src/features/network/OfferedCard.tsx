import type { ProvidedTorrent } from '@shoal/api'
import { useState } from 'react'
import { Link } from 'wouter'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { SelectField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Waiting } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card, Notice } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { formatAgo } from '../../shared/format/format.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './network.module.css'

const t = texts.pages.network.offered

/** Torrents that others find on this node through the network. */
export function OfferedCard() {
  const asked = useAsked(api => api.listProvided({}), [])
  const [isChoosing, setChoosing] = useState(false)
  const items = asked.value?.items
  return (
    <Card className={layout.stack3}>
      <div className={`${layout.wrap3} ${layout.spread}`}>
        <h2 className={layout.heading}>{t.title}</h2>
        <Button size="small" icon="plus" onClick={() => setChoosing(true)}>
          {t.choose}
        </Button>
      </div>
      {!items && <Waiting asked={asked} />}
      {items?.length === 0 && <p className={layout.soft}>{t.none}</p>}
      <ul className={`${layout.divided} ${styles.list}`}>
        {items?.map(each => (
          <Offered key={each.id} offered={each} onChanged={asked.reload} />
        ))}
      </ul>
      {isChoosing && (
        <AnnounceDialog offered={items ?? []} onClose={() => setChoosing(false)} onAnnounced={asked.reload} />
      )}
    </Card>
  )
}

function notifyAnnounced({ name, nodes }: ProvidedTorrent): void {
  if (nodes > 0) notify(t.announced({ name: shownName(name), count: nodes }), { type: 'good' })
  else notify(t.later({ name: shownName(name) }))
}

function Offered({ offered, onChanged }: { readonly offered: ProvidedTorrent; onChanged(): void }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const { id, name, cid, announcedMs, nodes } = offered
  const announce = () =>
    run(async () => {
      await api.announceTorrent({ id }).then(notifyAnnounced, notifyError)
      onChanged()
    })
  return (
    <li className={layout.row2}>
      <div className={`${layout.grow} ${layout.stack1}`}>
        <Link href={`/torrents/${id}`} className={layout.break}>
          {shownName(name)}
        </Link>
        <span className={layout.soft}>
          {announcedMs === null ? t.notYet : t.since({ ago: formatAgo(announcedMs), count: nodes })}
        </span>
      </div>
      <CopyIcon text={cid} what={t.cidOf({ name: shownName(name) })} />
      <Button
        size="small"
        disabled={isBusy}
        onClick={announce}
        aria-label={t.announceNamed({ name: shownName(name) })}
      >
        {t.announce}
      </Button>
    </li>
  )
}

interface DialogProps {
  readonly offered: readonly ProvidedTorrent[]
  onAnnounced(): void
  onClose(): void
}

/** Chooses a torrent to announce. */
function AnnounceDialog({ offered, onAnnounced, onClose }: DialogProps) {
  const { api, torrents } = useNode()
  const { isBusy, failure, run } = useWork()
  const known = new Set(offered.map(({ id }) => id))
  const open = [...torrents.values()]
    .filter(({ id, private: isPrivate, sealed }) => !isPrivate && !sealed && !known.has(id))
    .sort((a, b) => a.name.localeCompare(b.name))
  const announce = (form: FormData) =>
    run(async () => {
      notifyAnnounced(await api.announceTorrent({ id: String(form.get('torrent')) }))
      onAnnounced()
      onClose()
    })
  return (
    <FormDialog
      title={t.choose}
      confirm={isBusy ? t.announcing : t.announce}
      disabled={isBusy || open.length === 0}
      className={layout.stack3}
      onSubmit={announce}
      onClose={onClose}
    >
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      {open.length === 0 ? (
        <p>{t.nothingLeft}</p>
      ) : (
        <SelectField
          label={t.torrent}
          hint={t.torrentHint}
          name="torrent"
          required
          options={open.map(({ id, name }) => ({ value: id, text: shownName(name) }))}
        />
      )}
    </FormDialog>
  )
}
