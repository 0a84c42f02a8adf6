import type { Torrent } from '@shoal/api'
import { useWork } from '@shoal/web/shared/base/use-work.ts'
import { Button } from '@shoal/web/shared/controls/Button.tsx'
import { TextArea } from '@shoal/web/shared/controls/Field.tsx'
import { Waiting } from '@shoal/web/shared/controls/Loading.tsx'
import layout from '@shoal/web/shared/controls/layout.module.css'
import { Notice } from '@shoal/web/shared/controls/Panels.tsx'
import { notify } from '@shoal/web/shared/controls/toasts.ts'
import { messageOf } from '@shoal/web/shared/format/errors.ts'
import { formatDate } from '@shoal/web/shared/format/format.ts'
import { useAsked, useNode } from '@shoal/web/shared/node/context.tsx'
import { useEffect, useState } from 'react'
import { texts } from './texts.ts'

/** The user's note on a torrent. An unsaved edit is kept when another window saves a note. */
export function NoteTab({ torrent: { id } }: { readonly torrent: Torrent }) {
  const { api } = useNode()
  const asked = useAsked(api => api.getNote({ id }), [id])
  const { isBusy, failure, run } = useWork()
  const [text, setText] = useState('')
  const [base, setBase] = useState<string | null>(null)
  const stored = asked.value?.text
  const isEdited = base !== null && text !== base
  const show = (shown: string) => {
    setText(shown)
    setBase(shown)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another answer comes
  useEffect(() => {
    if (stored !== undefined && !isEdited) show(stored)
  }, [stored])
  if (!asked.value || base === null) return <Waiting asked={asked} />
  const save = () =>
    run(async () => {
      const saved = await api.putNote({ id, text })
      asked.set(saved)
      setBase(saved.text)
      notify(saved.text === '' ? texts.removed : texts.saved, { type: 'good', timeoutMs: 2000 })
    })
  const { changedMs } = asked.value
  return (
    <form
      className={layout.stack4}
      onSubmit={event => {
        event.preventDefault()
        save()
      }}
    >
      {isEdited && stored !== base && (
        <Notice
          action={
            <Button size="small" onClick={() => show(stored!)}>
              {texts.show}
            </Button>
          }
        >
          {texts.elsewhere}
        </Notice>
      )}
      <TextArea
        label={texts.label}
        hint={texts.hint}
        error={failure === null ? null : messageOf(failure)}
        rows={8}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <div className={layout.wrap2}>
        <Button variant="primary" type="submit" disabled={isBusy || !isEdited}>
          {texts.save}
        </Button>
        {changedMs !== null && (
          <span className={layout.soft}>{texts.changed({ when: formatDate(changedMs) })}</span>
        )}
      </div>
    </form>
  )
}
