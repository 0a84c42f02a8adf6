import type { Tracker } from '@shoal/api'
import { useState } from 'react'
import { Button } from '../../../../shared/controls/Button.tsx'
import { TextArea } from '../../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../../shared/controls/FormDialog.tsx'
import { notify } from '../../../../shared/controls/toasts.ts'
import { messageOf } from '../../../../shared/format/errors.ts'
import { controls } from '../../../../shared/messages/controls.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { formatTiers, parseTiers } from './tracker-rows.ts'

const say = texts.torrent.trackers

export function EditTrackers(props: { id: string; items: readonly Tracker[]; onSaved: () => void }) {
  const { api } = useNode()
  const [written, setWritten] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = async () => {
    try {
      await api.setTrackers({ id: props.id, tiers: parseTiers(written ?? '') })
      setWritten(null)
      props.onSaved()
      notify(say.saved, { type: 'good' })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <>
      <Button size="small" icon="edit" onClick={() => setWritten(formatTiers(props.items))}>
        {say.edit}
      </Button>
      <FormDialog
        wide
        open={written !== null}
        title={say.editTitle}
        confirm={controls.save}
        onSubmit={submit}
        onClose={() => setWritten(null)}
      >
        <TextArea
          label={say.editLabel}
          hint={say.editHint}
          error={problem}
          rows={12}
          spellCheck={false}
          value={written ?? ''}
          onChange={event => {
            setWritten(event.target.value)
            setProblem(null)
          }}
        />
      </FormDialog>
    </>
  )
}
