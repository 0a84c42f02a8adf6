import { lazy, Suspense, useId } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { LabelNames } from '../../../shared/forms/LabelNames.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { useNode } from '../../../shared/node/context.tsx'
import { RemoveDialog } from './RemoveDialog.tsx'
import type { QuestionProps, TorrentActions } from './torrent-actions.ts'

const FolderDialog = lazy(() =>
  import('../../../shared/forms/FolderDialog.tsx').then(it => ({ default: it.FolderDialog })),
)

const ChangeDialog = lazy(() => import('./ChangeDialog.tsx').then(it => ({ default: it.ChangeDialog })))

export interface ActionDialog {
  readonly kind: 'remove' | 'label' | 'rename' | 'change' | 'move'
  readonly ids: readonly string[]
}

interface Props {
  readonly dialog: ActionDialog | null
  readonly actions: TorrentActions
  onClose(): void
  /** Called when the deletion of files was requested: a page of that torrent is closed then. */
  onRemoved?(): void
}

/** Dialogs that ask before some actions. */
export function ActionDialogs({ dialog, actions, onClose, onRemoved }: Props) {
  const { torrents } = useNode()
  if (!dialog) return null
  const { ids } = dialog
  if (dialog.kind === 'remove') return <RemoveDialog {...{ ids, actions, onClose, onRemoved }} />
  if (dialog.kind === 'label') return <LabelDialog {...{ ids, actions, onClose }} />
  if (dialog.kind === 'rename') return <RenameDialog {...{ ids, actions, onClose }} />
  if (dialog.kind === 'change')
    return (
      <Suspense>
        <ChangeDialog {...{ ids, actions, onClose }} />
      </Suspense>
    )
  const start = torrents.get(ids[0] ?? '')?.directory
  return (
    <Suspense>
      <FolderDialog
        title={texts.actions.moveDialog.title({ count: ids.length })}
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

function RenameDialog({ ids, actions, onClose }: QuestionProps) {
  const { torrents } = useNode()
  const id = ids[0] ?? ''
  const t = texts.actions.renameDialog
  return (
    <FormDialog
      title={t.title}
      confirm={t.confirm}
      onClose={onClose}
      onSubmit={form => {
        const name = String(form.get('name')).trim()
        if (name === '') return
        onClose()
        void actions.rename(id, name)
      }}
    >
      <TextField
        label={t.name}
        hint={t.hint}
        name="name"
        defaultValue={torrents.get(id)?.name ?? ''}
        required
        maxLength={255}
        autoComplete="off"
      />
    </FormDialog>
  )
}

function LabelDialog({ ids, actions, onClose }: QuestionProps) {
  const node = useNode()
  const list = useId()
  const t = texts.actions.labelDialog
  const current = node.torrents.get(ids[0] ?? '')?.label ?? ''
  const set = (label: string | null) => {
    onClose()
    void actions.label(ids, label)
  }
  return (
    <FormDialog
      title={t.title({ count: ids.length })}
      confirm={t.confirm}
      other={<Button onClick={() => set(null)}>{t.none}</Button>}
      onClose={onClose}
      onSubmit={form => set(String(form.get('label')).trim() || null)}
    >
      <TextField
        label={t.name}
        hint={t.hint}
        name="label"
        defaultValue={current}
        placeholder={t.placeholder}
        list={list}
        maxLength={255}
        autoComplete="off"
      />
      <LabelNames id={list} />
    </FormDialog>
  )
}
