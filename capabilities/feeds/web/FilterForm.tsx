import { ApiError } from '@shoal/api/api-error'
import { Button } from '@shoal/web/shared/controls/Button.tsx'
import { CheckField, TextField } from '@shoal/web/shared/controls/Field.tsx'
import { Icon } from '@shoal/web/shared/controls/Icon.tsx'
import layout from '@shoal/web/shared/controls/layout.module.css'
import { Notice } from '@shoal/web/shared/controls/Panels.tsx'
import { notifyError } from '@shoal/web/shared/controls/toasts.ts'
import { messageOf } from '@shoal/web/shared/format/errors.ts'
import { LabelNames } from '@shoal/web/shared/forms/LabelNames.tsx'
import { controls } from '@shoal/web/shared/messages/controls.ts'
import { type FormEvent, useId, useState } from 'react'
import type { FeedFilter, FeedItem } from '../schemas.ts'
import styles from './Feeds.module.css'
import { texts as t } from './texts.ts'
import { useMatching } from './useMatching.ts'

const NEW: FeedFilter = { include: '', exclude: '', label: null, directory: null, paused: false }
const SHOWN = 5

interface Props {
  readonly filter?: FeedFilter
  readonly items: readonly FeedItem[]
  /** Rejects if the node refuses it. */
  onSave(filter: FeedFilter): Promise<void>
  onCancel(): void
  onRemove?(): void
}

/** A form for a filter, which shows the matching items while the user types. */
export function FilterForm({ filter = NEW, items, onSave, onCancel, onRemove }: Props) {
  const list = useId()
  const [draft, setDraft] = useState(filter)
  const { matching, found } = useMatching(items, draft)
  const unreadable = matching?.kind === 'unreadable' ? matching.member : null
  const [refused, setRefused] = useState<{ readonly member: string; readonly message: string } | null>(null)
  const change = (part: Partial<FeedFilter>) => {
    setRefused(null)
    setDraft({ ...draft, ...part })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (unreadable) return
    onSave({
      ...draft,
      label: draft.label?.trim() || null,
      directory: draft.directory?.trim() || null,
    }).catch(error => {
      // Only this filter has changed, so the error of the node refers to one of its members.
      const member = /^filters\.\d+\.(\w+)$/.exec((error instanceof ApiError && error.field) || '')?.[1]
      if (member !== undefined && Object.hasOwn(NEW, member))
        setRefused({ member, message: messageOf(error) })
      else notifyError(error)
    })
  }
  const wrong = (member: keyof FeedFilter) => {
    if (unreadable === member) return t.badExpression
    return refused?.member === member ? refused.message : null
  }
  return (
    <form className={`${layout.stack3} ${layout.whole} ${styles.filterForm}`} onSubmit={submit}>
      <div className={layout.columns}>
        <TextField
          label={t.include}
          hint={t.includeHint}
          value={draft.include}
          onChange={({ target }) => change({ include: target.value })}
          error={wrong('include')}
          spellCheck={false}
        />
        <TextField
          label={t.exclude}
          value={draft.exclude}
          onChange={({ target }) => change({ exclude: target.value })}
          error={wrong('exclude')}
          spellCheck={false}
        />
        <TextField
          label={t.label}
          value={draft.label ?? ''}
          onChange={({ target }) => change({ label: target.value })}
          error={wrong('label')}
          list={list}
        />
        <TextField
          label={t.folder}
          value={draft.directory ?? ''}
          placeholder={t.folderDefault}
          onChange={({ target }) => change({ directory: target.value })}
          error={wrong('directory')}
        />
      </div>
      <LabelNames id={list} />
      <CheckField
        label={t.paused}
        checked={draft.paused}
        onChange={({ target }) => change({ paused: target.checked })}
      />
      {matching?.kind === 'slow' && <Notice tone="warn">{t.slowExpression}</Notice>}
      {matching?.kind === 'fits' && (
        <div className={`${layout.sunken} ${layout.small} ${styles.preview}`} aria-live="polite">
          <strong>{t.matching({ matching: found.length, count: items.length })}</strong>
          <ul>
            {found.slice(0, SHOWN).map(({ id, title }) => (
              <li key={id}>
                <Icon name="check" size={14} /> {title}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className={layout.wrap2}>
        {onRemove && (
          <Button variant="quiet" icon="trash" onClick={onRemove}>
            {t.filterRemove}
          </Button>
        )}
        <span className={layout.grow} />
        <Button onClick={onCancel}>{controls.cancel}</Button>
        <Button type="submit" variant="primary" disabled={unreadable !== null}>
          {t.filterSave}
        </Button>
      </div>
    </form>
  )
}
