import type { MemberDevices } from '@shoal/hub-api'
import { type Device, readDeviceList, readDeviceText } from '@shoal/identity/devices'
import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextArea, TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem, Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import {
  addThisBrowser,
  fromText,
  rootOfWords,
  signsNext,
  toText,
} from '../../../shared/identity/identity.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { ownDevice } from '../../identity/own-device.ts'
import { useAccount, useHub } from '../../state/context.tsx'

const t = texts.account

/** The user's devices that have logged in to this hub, and a way to add this browser. */
export function MyDevices() {
  const { api } = useHub()
  const { did } = useAccount()!
  const asked = useAnswer(signal => api.getDevices({ did }, { signal }), [did])
  const own = useAnswer(() => ownDevice.load(), [])
  const [isAdding, setAdding] = useState(false)
  const known = asked.value
  const devices = known?.devices.map(text => ({ text, device: readDevice(text) })) ?? []
  const ownText = own.value?.did === did ? toText(own.value.description) : null
  return (
    <Card title={t.devices}>
      {known ? (
        <div className={layout.stack3}>
          <p className={layout.soft}>{t.devicesBody}</p>
          <ul className={layout.divided} aria-label={t.devices}>
            {devices.map(
              ({ text, device }) =>
                device && (
                  <li key={text} className={layout.entry}>
                    <div className={layout.break}>{shownName(device.name)}</div>
                    <div className={layout.soft}>
                      {listOf(
                        text === ownText ? t.thisDevice : t.kinds[device.kind],
                        t.added({ date: formatDate(1000 * device.added, 'date') }),
                      )}
                    </div>
                  </li>
                ),
            )}
          </ul>
          <Expiry known={known} />
          {own.value !== undefined && ownText === null && (
            <div>
              <Button icon="plus" onClick={() => setAdding(true)}>
                {t.addThis}
              </Button>
            </div>
          )}
        </div>
      ) : (
        <Waiting asked={asked} />
      )}
      {isAdding && known && (
        <AddThisBrowser
          known={known}
          onAdded={async answer => {
            asked.set(answer)
            own.reload()
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </Card>
  )
}

function Expiry({ known: { lists } }: { readonly known: MemberDevices }) {
  const newest = lists.at(-1)
  if (newest === undefined) return <p className={layout.soft}>{t.noDevices}</p>
  const { expires } = readDeviceList(fromText(newest)).list
  return <p className={layout.soft}>{t.listExpires({ date: formatDate(1000 * expires, 'date') })}</p>
}

interface AddProps {
  readonly known: MemberDevices
  onAdded(known: MemberDevices): Promise<void>
  onClose(): void
}

/** Adds this browser to the device list: signs a new list with the 24 words of the root key. */
function AddThisBrowser({ known, onAdded, onClose }: AddProps) {
  const { api } = useHub()
  const [words, setWords] = useState('')
  const [name, setName] = useState<string>(texts.join_.deviceDefault)
  const { isBusy, failure, run } = useWork()
  const add = () =>
    run(async () => {
      const [root, lists] = [rootOfWords(words), known.lists.map(fromText)]
      if (!signsNext(root, lists)) throw new Error(t.otherWords)
      const device = await addThisBrowser(root, lists, name.trim())
      // Stored before the hub is asked, so that the hub never lists a device whose key is lost.
      await ownDevice.save(device)
      const texts = { lists: device.lists.map(toText), devices: [toText(device.description)] }
      await onAdded(await api.publishDevices(texts))
      onClose()
    })
  return (
    <FormDialog
      title={t.addThis}
      disabled={isBusy || words.trim() === '' || name.trim() === ''}
      className={layout.stack3}
      onSubmit={add}
      onClose={onClose}
    >
      <TextArea
        label={t.words}
        hint={t.wordsHint}
        rows={4}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      <TextField
        label={texts.join_.device}
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      {failure !== null && <Problem error={failure} />}
    </FormDialog>
  )
}

/** Returns null if this page cannot parse the device, such as one of a newer version. */
function readDevice(text: string): Device | null {
  try {
    return readDeviceText(text)
  } catch {
    return null
  }
}
