import type { Devices } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { TextArea, TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { MAX_NAME } from './ChangeDialogs.tsx'

const t = texts.settings.devices

interface Props {
  /**
   * Whether the node does not know a list yet: then it shows a code with which another device adds
   * it.
   */
  readonly isFirst: boolean
  onChanged(known: Devices): void
  onClose(): void
}

/** Accepts a device list that was signed elsewhere. */
export function JoinDialog({ isFirst, onChanged, onClose }: Props) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const [name, setName] = useState<string>(t.nodeName)
  const [code, setCode] = useState<string | null>(null)
  const describe = () => run(async () => setCode((await api.describeDevice({ name: name.trim() })).device))
  const accept = (form: FormData) =>
    run(async () => {
      const { parseLists } = await import('./signing.ts')
      onChanged(await api.acceptDevices(parseLists(String(form.get('lists')))))
      notify(t.joined, { type: 'good' })
      onClose()
    })
  return (
    <FormDialog title={isFirst ? t.join : t.update} disabled={isBusy} onSubmit={accept} onClose={onClose}>
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      <p>{isFirst ? t.joinBody : t.updateBody}</p>
      {isFirst && code === null && (
        <div className={layout.stack2}>
          <TextField
            label={t.nodeLabel}
            maxLength={MAX_NAME}
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <div>
            <Button disabled={isBusy || name.trim() === ''} onClick={describe}>
              {t.showCode}
            </Button>
          </div>
        </div>
      )}
      {code !== null && (
        <div className={layout.stack2}>
          <TextArea
            label={t.ownCode}
            hint={t.ownCodeHint}
            readOnly
            rows={4}
            className={layout.mono}
            value={code}
          />
          <div>
            <CopyButton text={code}>{t.copyCode}</CopyButton>
          </div>
        </div>
      )}
      <TextArea
        label={t.lists}
        hint={t.listsHint}
        name="lists"
        rows={4}
        required
        autoComplete="off"
        spellCheck={false}
        className={layout.mono}
      />
    </FormDialog>
  )
}
