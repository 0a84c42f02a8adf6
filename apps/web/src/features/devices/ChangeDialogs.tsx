import type { DeviceItem } from '@shoal/api'
import { useState } from 'react'
import { useAnswer } from '../../shared/base/use-answer.ts'
import { TextArea, TextField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { type ChangeProps, SignDialog } from './SignDialog.tsx'

const t = texts.settings.devices
/** A device's name has at most 64 bytes. */
export const MAX_NAME = 64

/** Adds a device whose code the user enters. */
export function AddDialog(props: ChangeProps) {
  const [code, setCode] = useState('')
  const { value: device, error } = useAnswer(
    async () => (code.trim() === '' ? null : (await import('./signing.ts')).parseCode(code)),
    [code],
  )
  return (
    <SignDialog
      {...props}
      title={t.add}
      about={t.addBody}
      confirm={t.add}
      done={t.addedNow}
      change={async () => {
        const { parseCode, withDevice } = await import('./signing.ts')
        return withDevice(parseCode(code))
      }}
    >
      <TextArea
        label={t.code}
        hint={t.codeHint}
        error={code.trim() !== '' && error ? t.badCode : undefined}
        rows={4}
        required
        autoComplete="off"
        spellCheck={false}
        className={layout.mono}
        value={code}
        onChange={({ target }) => setCode(target.value)}
      />
      {device && code.trim() !== '' && !error && (
        <p role="status">{t.codeOf({ name: shownName(device.name), kind: t.kinds[device.kind] })}</p>
      )}
    </SignDialog>
  )
}

/** Adds the node of this console to a device list that the node knows. */
export function AddNodeDialog(props: ChangeProps) {
  const { api } = useNode()
  return (
    <SignDialog
      {...props}
      title={t.addNode}
      about={t.addNodeBody}
      confirm={t.addNode}
      done={t.addedNow}
      change={async form => {
        const { device } = await api.describeDevice({ name: String(form.get('name')).trim() })
        const { parseCode, withDevice } = await import('./signing.ts')
        return withDevice(parseCode(device))
      }}
    >
      <TextField label={t.name} name="name" required maxLength={MAX_NAME} defaultValue={t.nodeName} />
    </SignDialog>
  )
}

interface OfDevice extends ChangeProps {
  readonly device: DeviceItem
}

export function RenameDialog({ device: { id, name }, ...props }: OfDevice) {
  return (
    <SignDialog
      {...props}
      title={t.renameTitle({ name: shownName(name) })}
      about={t.renameBody}
      confirm={t.rename}
      done={t.renamed}
      change={async form => {
        const [to, isOne] = [String(form.get('name')).trim(), await isDevice(id)]
        return devices => devices.map(each => (isOne(each) ? { ...each, name: to } : each))
      }}
    >
      <TextField label={t.name} name="name" required maxLength={MAX_NAME} defaultValue={name} />
    </SignDialog>
  )
}

export function RemoveDialog({ device: { id, name, own }, ...props }: OfDevice) {
  return (
    <SignDialog
      {...props}
      title={t.removeTitle({ name: shownName(name) })}
      about={own ? t.removeOwnBody : t.removeBody}
      confirm={t.remove}
      done={t.removed}
      change={async () => {
        const isOne = await isDevice(id)
        return devices => devices.filter(each => !isOne(each))
      }}
    />
  )
}

export function RenewDialog(props: ChangeProps) {
  return (
    <SignDialog
      {...props}
      title={t.renewTitle}
      about={t.renewBody}
      confirm={t.renew}
      done={t.renewed}
      change={async () => devices => devices}
    />
  )
}

/** Returns whether a device has this ID. */
async function isDevice(id: string) {
  const { idOf } = await import('./signing.ts')
  return (device: Parameters<typeof idOf>[0]) => idOf(device) === id
}
