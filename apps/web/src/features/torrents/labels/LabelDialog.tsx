import { useSearchParams } from 'wouter'
import { Button } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import type { DialogProps } from '../../../shared/feature.ts'
import { controls } from '../../../shared/messages/controls.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import type { LabelRequest } from '../../../shared/ui/ui.ts'
import { LabelForm } from './LabelForm.tsx'

const t = texts.labels

/** Creates, changes or removes a label. */
export function LabelDialog({ request: { name, remove }, onClose }: DialogProps<LabelRequest>) {
  const labels = useCell(useNode().labels)
  const label = labels.find(each => each.name === name)
  if (remove && name !== null)
    return <RemoveDialog name={name} count={label?.torrents ?? 0} onClose={onClose} />
  return (
    <Dialog
      open
      title={name === null ? t.newTitle : t.editTitle({ name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{controls.cancel}</Button>
          <Button type="submit" form="label-editor" variant="primary">
            {name === null ? t.confirm : t.save}
          </Button>
        </>
      }
    >
      <LabelForm
        id="label-editor"
        label={name === null ? null : (label ?? { name, directory: null, colour: null })}
        taken={labels.map(each => each.name)}
        onDone={onClose}
      />
    </Dialog>
  )
}

function RemoveDialog({ name, count, onClose }: { name: string; count: number; onClose(): void }) {
  const { api } = useNode()
  const showAll = useLeaveFilter(name)
  const remove = () =>
    void api.removeLabel({ name }).then(() => {
      showAll()
      notify(t.removed({ name }), { type: 'good' })
    }, notifyError)
  return (
    <ConfirmDialog
      title={t.removeTitle({ name })}
      description={count === 0 ? t.removeUnused : t.removeBody({ count })}
      confirm={t.remove}
      icon="trash"
      onConfirm={remove}
      onClose={onClose}
    />
  )
}

/**
 * Returns a function that clears the filter for a label that is removed, since the list would stay
 * empty.
 */
function useLeaveFilter(name: string): () => void {
  const [, setQuery] = useSearchParams()
  return () =>
    setQuery(
      query => {
        if (query.get('label') === name) query.delete('label')
        return query
      },
      { replace: true },
    )
}
