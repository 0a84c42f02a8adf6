import { type FormEvent, useState } from 'react'
import { Button } from '../components/Button.tsx'
import { CheckField, SelectField, TextArea, TextField } from '../components/Field.tsx'
import { Icon } from '../components/Icon.tsx'
import { Problem } from '../components/Parts.tsx'
import { formatBytes, formatPieceSize } from '../format/format.ts'
import { tagsOf } from '../labels/tags.ts'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Add.module.css'
import { LabelFields } from './LabelFields.tsx'
import type { Content } from './SharePicker.tsx'
import type { Sharing } from './ShareProgress.tsx'
import { type ShareOptions, UploadTask } from './uploads.ts'

const t = texts.add.share
/** 16 KiB to 16 MiB. */
const PIECE_SIZES = Array.from({ length: 11 }, (_, power) => 16_384 * 2 ** power)

interface Props {
  readonly content: Content
  onBack(): void
  onSharing(sharing: Sharing): void
}

export function ShareForm({ content, onBack, onSharing }: Props) {
  const node = useNode()
  const dhtOff = useCell(node.stats)?.dhtNodes === null
  const [error, setError] = useState<unknown>(null)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = String(form.get('name')).trim() || content.name
    const options = optionsOf(form, name)
    if (content.from === 'here') {
      const task = new UploadTask(node, name, content.files)
      onSharing({ task, started: task.run(options) })
      return
    }
    const started = node.api.createTorrent({ ...options, path: content.path })
    await started.then(() => onSharing({ task: null, started }), setError)
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <div className={styles.content}>
        <Icon name={content.from === 'here' && content.files.length === 1 ? 'file' : 'folder'} size={20} />
        <span>{content.from === 'node' ? content.path : describe(content)}</span>
        <Button size="small" variant="quiet" onClick={onBack}>
          {t.clear}
        </Button>
      </div>
      {error !== null && <Problem error={error} />}
      <TextField
        label={t.name}
        name="name"
        defaultValue={content.name}
        required
        maxLength={255}
        autoComplete="off"
      />
      <LabelFields />
      <details className={styles.details}>
        <summary>{texts.add.options.more}</summary>
        <div className={styles.form}>
          <TextField label={t.comment} hint={t.commentHint} name="comment" maxLength={10_000} />
          <TextArea
            label={t.trackers}
            hint={dhtOff ? t.trackersHintNoDht : t.trackersHint}
            name="trackers"
            rows={3}
            spellCheck={false}
          />
          <CheckField label={t.private} hint={t.privateHint} name="private" />
          <div className={styles.pair}>
            <SelectField
              label={t.version}
              name="version"
              options={(['hybrid', 'v2', 'v1'] as const).map(value => ({ value, text: t.versions[value] }))}
            />
            <SelectField
              label={t.pieceSize}
              name="piece"
              options={[
                { value: '', text: t.pieceAuto },
                ...PIECE_SIZES.map(bytes => ({ value: String(bytes), text: formatPieceSize(bytes) })),
              ]}
            />
          </div>
        </div>
      </details>
      <div className={styles.actions}>
        <Button type="submit" variant="primary" icon="share">
          {t.confirm}
        </Button>
      </div>
    </form>
  )
}

function describe({ name, files }: Extract<Content, { from: 'here' }>): string {
  const bytes = formatBytes(files.reduce((sum, { file }) => sum + file.size, 0))
  return files.length === 1 ? `${name}, ${bytes}` : `${name}, ${texts.app.files(files.length)}, ${bytes}`
}

function optionsOf(form: FormData, name: string): ShareOptions {
  const text = (field: string) => String(form.get(field) ?? '').trim()
  const tags = tagsOf(text('tags'))
  return {
    name,
    version: text('version') as 'hybrid' | 'v2' | 'v1',
    private: form.has('private'),
    trackers: text('trackers').split(/\s+/).filter(Boolean),
    ...(text('comment') === '' ? {} : { comment: text('comment') }),
    ...(text('piece') === '' ? {} : { pieceLengthBytes: Number(text('piece')) }),
    ...(text('label') === '' ? {} : { label: text('label') }),
    ...(tags.length > 0 ? { tags } : {}),
  }
}
