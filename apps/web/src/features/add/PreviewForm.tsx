import type { AddTorrent, Preview } from '@shoal/api'
import { type FormEvent, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import { CheckField, SelectField, TextField } from '../../shared/controls/Field.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { formatBytes, listOf } from '../../shared/format/format.ts'
import { FolderField } from '../../shared/forms/FolderField.tsx'
import { parseTags } from '../../shared/forms/tags.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import styles from './Add.module.css'
import { LabelFields } from './LabelFields.tsx'
import { PeersField } from './PeersField.tsx'
import { WantedTree } from './WantedTree.tsx'

const t = texts.add
const LAYOUTS = ['settings', 'original', 'subfolder', 'no-subfolder'] as const

interface Props {
  readonly preview: Preview
  readonly peers: string
  onPeers(text: string): void
  onBack(): void
  onAdd(options: AddTorrent): Promise<void>
}

/** Shows the contents of a link and the options for downloading it. */
export function PreviewForm({ preview, peers, onPeers, onBack, onAdd }: Props) {
  const [, navigate] = useLocation()
  const [wanted, setWanted] = useState<ReadonlySet<number>>(
    () => new Set(preview.files.map(({ index }) => index)),
  )
  const [directory, setDirectory] = useState<string | null>(null)
  const [label, setLabel] = useState('')
  const its = useCell(useNode().labels).find(({ name }) => name === label.trim())?.directory ?? null
  const [busy, setBusy] = useState(false)
  const wantedBytes = useMemo(
    () => preview.files.reduce((sum, file) => sum + (wanted.has(file.index) ? file.lengthBytes : 0), 0),
    [preview, wanted],
  )
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const options = readOptions(new FormData(event.currentTarget), directory)
    const all = wanted.size === preview.files.length
    setBusy(true)
    await onAdd({ ...options, ...(all ? {} : { select: [...wanted].sort((a, b) => a - b) }) })
    setBusy(false)
  }
  if (preview.seal === 'recipient') return <NotForNode onBack={onBack} />
  // If a sealed share is added again, it is opened again, perhaps with another passphrase.
  if (preview.known && preview.seal === null) {
    return (
      <div className={`${layout.stack4} ${styles.form}`}>
        <Title preview={preview} />
        <Notice tone="info">{t.known}</Notice>
        <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
          <Button onClick={onBack}>{controls.back}</Button>
          <Button variant="primary" onClick={() => navigate(`/torrents/${preview.id}`)}>
            {t.openKnown}
          </Button>
        </div>
      </div>
    )
  }
  return (
    <form className={`${layout.stack4} ${styles.form}`} onSubmit={submit}>
      <Title preview={preview} />
      {preview.seal === null ? (
        <WantedTree files={preview.files} wanted={wanted} onWanted={setWanted} />
      ) : (
        <Notice tone="info">{t.sealed.opens}</Notice>
      )}
      {preview.seal === 'passphrase' && (
        <TextField
          label={t.sealed.passphrase}
          hint={t.sealed.passphraseHint}
          name="passphrase"
          type="password"
          autoComplete="off"
          maxLength={1000}
          required
        />
      )}
      <FolderField value={directory ?? its} needsBytes={wantedBytes} onChange={setDirectory} />
      <LabelFields onLabel={setLabel} />
      {preview.seal === null && (
        <SelectField
          label={t.options.layout}
          name="layout"
          options={LAYOUTS.map(value => ({ value, text: t.options.layouts[value] }))}
        />
      )}
      <div className={`${layout.columns} ${styles.checks}`}>
        <CheckField label={t.options.sequential} hint={t.options.sequentialHint} name="sequential" />
        <CheckField label={t.options.first} name="first" />
        <CheckField label={t.options.paused} name="paused" />
      </div>
      <PeersField value={peers} onChange={onPeers} />
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <Button onClick={onBack}>{controls.back}</Button>
        <Button type="submit" variant="primary" icon="download" disabled={wanted.size === 0 || busy}>
          {t.confirm} <span className={styles.size}>{formatBytes(wantedBytes)}</span>
        </Button>
      </div>
    </form>
  )
}

/** Refuses to send the key to the node: it belongs to its owner and stays with them. */
function NotForNode({ onBack }: { onBack(): void }) {
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <Notice tone="warn">
        <strong>{t.sealed.name}.</strong> {t.sealed.toKey}
      </Notice>
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <Button onClick={onBack}>{controls.back}</Button>
      </div>
    </div>
  )
}

function Title({ preview }: { preview: Preview }) {
  const { name, totalBytes, files, private: isPrivate, comment, seal } = preview
  return (
    <div>
      <h3 className={`${layout.break} ${layout.large}`}>{seal === null ? name : t.sealed.name}</h3>
      <p className={layout.soft}>
        {listOf(formatBytes(totalBytes), seal === null ? texts.app.files({ count: files.length }) : null)}
        {isPrivate && (
          <>
            {' '}
            <Icon name="lock" size={13} /> {texts.list.private}
          </>
        )}
      </p>
      {comment && <p className={`${layout.small} ${styles.comment}`}>{comment}</p>}
    </div>
  )
}

function readOptions(form: FormData, directory: string | null): AddTorrent {
  const label = String(form.get('label') ?? '').trim()
  const tags = parseTags(String(form.get('tags') ?? ''))
  return {
    ...(directory === null ? {} : { directory }),
    ...(label === '' ? {} : { label }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(form.has('passphrase') ? { passphrase: String(form.get('passphrase')) } : {}),
    ...readLayout(form),
    ...(form.has('sequential') ? { sequential: true } : {}),
    ...(form.has('first') ? { queue: 'first' } : {}),
    ...(form.has('paused') ? { paused: true } : {}),
  }
}

function readLayout(form: FormData): Pick<AddTorrent, 'layout'> {
  const layout = LAYOUTS.find(value => value === form.get('layout')) ?? 'settings'
  return layout === 'settings' ? {} : { layout }
}
