import type { SealTo } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CheckField, SelectField, TextArea, TextField } from '../../shared/controls/Field.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import { Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { formatBytes, formatPieceSize, listOf } from '../../shared/format/format.ts'
import { DescriptionFields, readDescription } from '../../shared/forms/DescriptionFields.tsx'
import { parseTags } from '../../shared/forms/tags.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useCapability, useCell, useNode } from '../../shared/node/context.tsx'
import { loaded } from '../../shared/sealing/loaded.ts'
import { readSeal } from '../../shared/sealing/read-seal.ts'
import type { FormProblem } from '../../shared/sealing/seal-form.ts'
import { type ShareOptions, UploadTask } from '../../shared/uploads/uploads.ts'
import styles from './Add.module.css'
import { LabelFields } from './LabelFields.tsx'
import { SealChoice } from './SealChoice.tsx'
import type { Content } from './SharePicker.tsx'
import type { Sharing } from './ShareProgress.tsx'

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
  const { isBusy, failure, run } = useWork()
  const [sealed, setSealed] = useState(false)
  const [isPrivate, setPrivate] = useState(false)
  const findable = useFindable(sealed || isPrivate)
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const element = event.currentTarget
    run(() => share(element))
  }
  const share = async (element: HTMLFormElement) => {
    const form = new FormData(element)
    const name = String(form.get('name')).trim() || content.name
    const seal = sealed ? await readSealForm(form) : undefined
    setProblem(seal instanceof Error ? seal : null)
    if (seal instanceof Error) return focusWrong(element)
    const options = { ...readShareOptions(form, name), ...(seal && { seal }), ...findable.read(form) }
    const by = seal?.by
    if (content.from === 'here') {
      const task = new UploadTask(node, name, content.files)
      onSharing({ task, started: task.run(options), by })
      return
    }
    const started = node.api.createTorrent({ ...options, path: content.path })
    await started
    onSharing({ task: null, started, by })
  }
  return (
    <form className={`${layout.stack4} ${styles.form}`} onSubmit={submit}>
      <div className={`${layout.row2} ${layout.sunken} ${styles.content}`}>
        <Icon name={content.from === 'here' && content.files.length === 1 ? 'file' : 'folder'} size={20} />
        <span className={`${layout.grow} ${layout.break}`}>
          {content.from === 'node' ? content.path : describe(content)}
        </span>
        <Button size="small" variant="quiet" onClick={onBack}>
          {t.clear}
        </Button>
      </div>
      {failure !== null && <Problem error={failure} />}
      <TextField
        label={t.name}
        hint={sealed && t.seal.nameHint}
        name="name"
        defaultValue={content.name}
        required
        maxLength={255}
        autoComplete="off"
      />
      <LabelFields />
      <SealChoice sealed={sealed} problem={problem} onSealed={setSealed} />
      {findable.isOffered && (
        <div className={layout.stack3}>
          <CheckField
            label={t.findable.label}
            hint={t.findable.hint}
            checked={findable.isChosen}
            onChange={({ target }) => findable.choose(target.checked)}
          />
          {findable.isChosen && <DescriptionFields />}
        </div>
      )}
      <details className={styles.details}>
        <summary>{texts.add.options.more}</summary>
        <div className={`${layout.stack4} ${styles.form}`}>
          <TextField
            label={t.comment}
            hint={sealed ? t.seal.commentHint : t.commentHint}
            name="comment"
            maxLength={10_000}
          />
          <TextArea
            label={t.trackers}
            hint={dhtOff ? t.trackersHintNoDht : t.trackersHint}
            name="trackers"
            rows={3}
            spellCheck={false}
          />
          <CheckField
            label={t.private}
            hint={t.privateHint}
            name="private"
            onChange={({ target }) => setPrivate(target.checked)}
          />
          {content.from === 'node' && (
            <CheckField label={t.withHidden} hint={t.withHiddenHint} name="hidden" />
          )}
          <div className={layout.columns}>
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
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <Button type="submit" variant="primary" disabled={isBusy} icon={sealed ? 'lock' : 'share'}>
          {sealed ? t.seal.confirm : t.confirm}
        </Button>
      </div>
    </form>
  )
}

/**
 * Returns the choice whether others find the share by search. It is not offered for content that is
 * never published.
 */
function useFindable(isNeverPublished: boolean) {
  const isPossible = useCapability('findable') && !isNeverPublished
  const settings = useAsked(api => api.getSettings({}), []).value
  const [chosen, choose] = useState<boolean | null>(null)
  const isChosen = chosen ?? settings?.shoal.findable ?? false
  const isOffered = isPossible && settings !== undefined
  return {
    ...{ isOffered, isChosen, choose },
    read: (form: FormData) =>
      isOffered ? { findable: isChosen, ...(isChosen && readDescription(form)) } : {},
  }
}

function describe({ name, files, hiddenCount }: Extract<Content, { from: 'here' }>): string {
  const bytes = formatBytes(files.reduce((sum, { file }) => sum + file.size, 0))
  const hidden = hiddenCount === 0 ? null : t.hidden({ count: hiddenCount })
  return listOf(name, files.length === 1 ? null : texts.app.files({ count: files.length }), bytes, hidden)
}

/**
 * Returns who can open the share, or the problem with the form. The code that checks keys is loaded
 * only here.
 */
async function readSealForm(form: FormData): Promise<SealTo | FormProblem> {
  const to = await readSeal(form, async keys => {
    const [{ parseRecipients }] = await loaded(import('../../shared/sealing/recipients.ts'))
    return parseRecipients(keys)
  })
  if (to instanceof Error || to.by !== 'recipients') return to
  return { by: to.by, recipients: [...to.recipients] }
}

/** Focuses the field with the error once it is displayed. */
function focusWrong(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    const field = form.querySelector<HTMLElement>('[aria-invalid=true]')
    field?.focus()
    // The buttons below cover a field at the edge.
    field?.scrollIntoView({ block: 'center' })
  })
}

function readShareOptions(form: FormData, name: string): ShareOptions {
  const text = (field: string) => String(form.get(field) ?? '').trim()
  const tags = parseTags(text('tags'))
  return {
    name,
    version: text('version') as 'hybrid' | 'v2' | 'v1',
    private: form.has('private'),
    ...(form.has('hidden') && { hidden: true }),
    trackers: text('trackers').split(/\s+/).filter(Boolean),
    ...(text('comment') === '' ? {} : { comment: text('comment') }),
    ...(text('piece') === '' ? {} : { pieceLengthBytes: Number(text('piece')) }),
    ...(text('label') === '' ? {} : { label: text('label') }),
    ...(tags.length > 0 ? { tags } : {}),
  }
}
