import type { DeviceHistory, Devices } from '@shoal/api'
import type { ReactNode } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { useOwnKey } from '../../shared/own-key/useOwnKey.tsx'
import type { Change } from './signing.ts'

const t = texts.settings.devices

export interface ChangeProps {
  /** The lists that the node knows. */
  readonly history: DeviceHistory
  onChanged(known: Devices): void
  onClose(): void
}

interface Props extends ChangeProps {
  readonly title: string
  /** Explains the change. */
  readonly about: string
  readonly confirm: string
  /** Shown after the change. */
  readonly done: string
  readonly children?: ReactNode
  /** Returns the change to the list. */
  change(form: FormData): Promise<Change>
}

/**
 * Changes the device list: signs the next one with the user's key in this page, and sends it to the
 * node.
 */
export function SignDialog(props: Props) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const key = useOwnKey()
  const submit = (form: FormData) =>
    run(async () => {
      const [pair, { signNext }] = await Promise.all([key.open(form), import('./signing.ts')])
      const next = signNext(props.history, pair, await props.change(form))
      props.onChanged(await api.acceptDevices(next))
      notify(props.done, { type: 'good' })
      props.onClose()
    })
  return (
    <>
      <FormDialog
        title={props.title}
        confirm={isBusy ? t.signing : props.confirm}
        disabled={isBusy}
        onSubmit={submit}
        onClose={props.onClose}
      >
        {failure !== null && <Notice>{messageOf(failure)}</Notice>}
        <p>{props.about}</p>
        {props.children}
        {key.fields}
      </FormDialog>
      {key.dialogs}
    </>
  )
}
