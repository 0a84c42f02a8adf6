import { type FormEvent, lazy, Suspense, useRef } from 'react'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { TextField } from '../components/Field.tsx'
import { formatBytes } from '../format/format.ts'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import type { TorrentActions } from './torrent-actions.ts'

const FolderDialog = lazy(() => import('../add/FolderDialog.tsx').then(it => ({ default: it.FolderDialog })))

export interface ActionDialog {
  readonly kind: 'remove' | 'label' | 'move'
  readonly ids: readonly string[]
}

interface Props {
  readonly dialog: ActionDialog | null
  readonly actions: TorrentActions
  onClose(): void
  /** Called when files were asked to be deleted: a page of that torrent leaves then. */
  onRemoved?(): void
}

/** Questions that some actions ask first. */
export function ActionDialogs({ dialog, actions, onClose, onRemoved }: Props) {
  const { torrents } = useNode()
  if (!dialog) return null
  const { ids } = dialog
  if (dialog.kind === 'remove') return <RemoveDialog {...{ ids, actions, onClose, onRemoved }} />
  if (dialog.kind === 'label') return <LabelDialog {...{ ids, actions, onClose }} />
  const start = torrents.get(ids[0] ?? '')?.directory
  return (
    <Suspense>
      <FolderDialog
        title={texts.actions.moveDialog.title(ids.length)}
        confirm={texts.actions.moveDialog.confirm}
        start={start}
        onClose={onClose}
        onChoose={({ path }) => {
          onClose()
          void actions.move(ids, path)
        }}
      />
    </Suspense>
  )
}

interface QuestionProps {
  readonly ids: readonly string[]
  readonly actions: TorrentActions
  onClose(): void
}

function RemoveDialog({
  ids,
  actions,
  onClose,
  onRemoved,
}: QuestionProps & { onRemoved?: (() => void) | undefined }) {
  const { torrents } = useNode()
  const t = texts.actions.removeDialog
  const those = ids.flatMap(id => torrents.get(id) ?? [])
  const bytes = those.reduce((sum, { haveBytes }) => sum + haveBytes, 0)
  const cancel = useRef<HTMLButtonElement>(null)
  const remove = () => {
    onClose()
    void actions.remove(ids, { withData: true }).then(removed => removed && onRemoved?.())
  }
  return (
    <Dialog
      open
      title={t.title(ids.length)}
      description={t.body(
        those.map(({ name }) => name),
        formatBytes(bytes),
      )}
      initialFocus={cancel}
      onClose={onClose}
      footer={
        <>
          <Button ref={cancel} onClick={onClose}>
            {texts.app.cancel}
          </Button>
          <Button variant="danger" icon="trash" onClick={remove}>
            {t.confirm}
          </Button>
        </>
      }
    />
  )
}

function LabelDialog({ ids, actions, onClose }: QuestionProps) {
  const node = useNode()
  const labels = useCell(node.labels)
  const t = texts.actions.labelDialog
  const current = node.torrents.get(ids[0] ?? '')?.label ?? ''
  const set = (label: string | null) => {
    onClose()
    void actions.label(ids, label)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    set(String(new FormData(event.currentTarget).get('label')).trim() || null)
  }
  return (
    <Dialog
      open
      title={t.title(ids.length)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => set(null)}>{t.none}</Button>
          <Button type="submit" form="label-form" variant="primary">
            {t.confirm}
          </Button>
        </>
      }
    >
      <form id="label-form" onSubmit={submit}>
        <TextField
          label={t.name}
          hint={t.hint}
          name="label"
          defaultValue={current}
          placeholder={t.placeholder}
          list="labels"
          maxLength={255}
          autoComplete="off"
        />
        <datalist id="labels">
          {labels.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </form>
    </Dialog>
  )
}
