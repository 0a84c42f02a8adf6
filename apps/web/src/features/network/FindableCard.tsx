import type { FindableTorrent } from '@shoal/api'
import { useState } from 'react'
import { Link } from 'wouter'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { SelectField, TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Waiting } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card, Notice } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { nodeMessage } from '../../shared/format/error-message.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { formatAgo } from '../../shared/format/format.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { DescriptionFields, readDescription } from '../../shared/forms/DescriptionFields.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useAskedEvery, useNode } from '../../shared/node/context.tsx'
import styles from './network.module.css'

const t = texts.pages.network.findable
/** Index nodes store a description some time after it was created. */
const ASK_AGAIN_MS = 15_000

/** Torrents that others can find by search, and the key that signs their descriptions. */
export function FindableCard() {
  const asked = useAskedEvery(ASK_AGAIN_MS, api => api.listFindable({}), [])
  const [isChoosing, setChoosing] = useState(false)
  const { items, publisher } = asked.value ?? {}
  return (
    <Card className={layout.stack3}>
      <div className={`${layout.wrap3} ${layout.spread}`}>
        <h2 className={layout.heading}>{t.title}</h2>
        <Button size="small" icon="plus" onClick={() => setChoosing(true)}>
          {t.publish}
        </Button>
      </div>
      {!items && <Waiting asked={asked} />}
      {publisher?.problem && <Notice tone="warn">{messageOf(new Error(publisher.problem))}</Notice>}
      {items?.length === 0 && <p className={layout.soft}>{t.none}</p>}
      <ul className={`${layout.divided} ${styles.list}`}>
        {items?.map(each => (
          <Findable key={each.id} item={each} onChanged={asked.reload} />
        ))}
      </ul>
      {publisher?.did && items && items.length > 0 && (
        <div className={layout.stack1}>
          <h3 className={layout.label}>{t.key}</h3>
          <div className={`${layout.row1} ${layout.spread}`}>
            <span className={`${layout.mono} ${layout.break}`}>{publisher.did}</span>
            <CopyIcon text={publisher.did} what={t.key} />
          </div>
        </div>
      )}
      {isChoosing && (
        <PublishDialog
          published={items ?? []}
          onClose={() => setChoosing(false)}
          onPublished={asked.reload}
        />
      )}
    </Card>
  )
}

function Findable({ item, onChanged }: { readonly item: FindableTorrent; onChanged(): void }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const { id, announcedMs, nodes, problem } = item
  const title = shownName(item.title)
  const hide = () =>
    run(async () => {
      await api.hideTorrent({ id }).then(() => notify(t.hidden({ title }), { type: 'good' }), notifyError)
      onChanged()
    })
  return (
    <li className={layout.row2}>
      <div className={`${layout.grow} ${layout.stack1}`}>
        <Link href={`/torrents/${id}`} className={layout.break}>
          {title}
        </Link>
        <span className={layout.soft}>
          {(problem && nodeMessage(problem)) ??
            (announcedMs === null ? t.notYet : t.since({ ago: formatAgo(announcedMs), count: nodes }))}
        </span>
      </div>
      <Button size="small" disabled={isBusy} onClick={hide} aria-label={t.hideNamed({ title })}>
        {t.hide}
      </Button>
    </li>
  )
}

interface DialogProps {
  readonly published: readonly FindableTorrent[]
  onPublished(): void
  onClose(): void
}

/** Chooses a torrent and describes it for the search. */
function PublishDialog({ published, onPublished, onClose }: DialogProps) {
  const { api, torrents } = useNode()
  const { isBusy, failure, run } = useWork()
  const known = new Set(published.map(({ id }) => id))
  const open = [...torrents.values()]
    .filter(({ id, private: isPrivate, sealed }) => !isPrivate && !sealed && !known.has(id))
    .sort((a, b) => a.name.localeCompare(b.name))
  const publish = (form: FormData) =>
    run(async () => {
      const title = String(form.get('title')).trim()
      const made = await api.makeFindable({
        id: String(form.get('torrent')),
        ...(title !== '' && { title }),
        ...readDescription(form),
      })
      notify(t.published({ title: shownName(made.title) }), { type: 'good' })
      onPublished()
      onClose()
    })
  return (
    <FormDialog
      title={t.publish}
      confirm={isBusy ? t.publishing : t.confirm}
      disabled={isBusy || open.length === 0}
      onSubmit={publish}
      onClose={onClose}
    >
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      {open.length === 0 ? (
        <p>{t.nothingLeft}</p>
      ) : (
        <>
          <p className={layout.soft}>{texts.add.share.findable.hint}</p>
          <SelectField
            label={texts.pages.network.offered.torrent}
            name="torrent"
            required
            options={open.map(({ id, name }) => ({ value: id, text: shownName(name) }))}
          />
          <TextField
            label={t.titleField}
            hint={t.titleHint}
            name="title"
            maxLength={255}
            autoComplete="off"
          />
          <DescriptionFields />
        </>
      )}
    </FormDialog>
  )
}
