import { readDevice } from '@shoal/identity/devices'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { Dialog } from '../../shared/controls/Dialog.tsx'
import { SwitchField } from '../../shared/controls/Field.tsx'
import { Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/chat-app.ts'
import { type ChatBrowser, chatBrowser } from '../device/chat-browser.ts'
import { forgetEverything } from '../device/forget.ts'
import { keptFiles } from '../files/kept-files.ts'
import type { ReleaseName } from '../loader/release.ts'
import type { Releases } from './use-releases.ts'

const t = texts.account

interface Props {
  readonly release: ReleaseName
  readonly releases: Releases
  readonly device: ChatBrowser | null
  onDevice(device: ChatBrowser | null): void
  onClose(): void
}

/** This browser as a device, its settings, and the version of the app. */
export function AccountDialog({ release, releases, device, onDevice, onClose }: Props) {
  const [isForgetting, setForgetting] = useState(false)
  const { failure, run } = useWork()
  const [shared, setShared] = useState(() => keptFiles('shared').length)
  const forgetFiles = async () => {
    if (shared === 0 && keptFiles('viewed').length === 0) return
    const { forgetAppFiles } = await import('../files/app-files.ts')
    await forgetAppFiles()
    setShared(0)
  }
  if (isForgetting)
    return (
      <ConfirmDialog
        title={t.forget}
        description={t.forgetBody}
        confirm={t.forgetDo}
        onConfirm={() =>
          run(async () => {
            await forgetFiles()
            await forgetEverything()
            location.reload()
          })
        }
        onClose={onClose}
      />
    )
  const change = (settings: Partial<ChatBrowser['settings']>) =>
    run(async () => {
      const changed = { ...device!, settings: { ...device!.settings, ...settings } }
      await chatBrowser.save(changed)
      onDevice(changed)
    })
  return (
    <Dialog open title={t.title} onClose={onClose}>
      <div className={layout.stack4}>
        {failure !== null && <Problem error={failure} />}
        {device && (
          <>
            <Fact label={t.person}>
              <span className={`${layout.mono} ${layout.break}`}>{device.did}</span>
              <CopyIcon text={device.did} what={t.person} />
            </Fact>
            <Fact label={t.device}>{readDevice(device.description).name}</Fact>
            <Fact label={t.hubs}>{device.hubs.map(({ name, url }) => `${name} (${url})`).join(', ')}</Fact>
            <SwitchField
              label={t.readMarks}
              hint={t.readMarksHint}
              checked={device.settings.sendReadMarks}
              onChange={event => change({ sendReadMarks: event.target.checked })}
            />
            <SwitchField
              label={t.presence}
              hint={t.presenceHint}
              checked={device.settings.sendPresence}
              onChange={event => change({ sendPresence: event.target.checked })}
            />
            <SwitchField
              label={t.direct}
              hint={t.directHint}
              checked={device.settings.direct !== false}
              onChange={event => change({ direct: event.target.checked })}
            />
          </>
        )}
        {shared > 0 && (
          <Fact label={texts.files.shared}>
            <span>{texts.files.count({ count: shared })}</span>
            <Button size="small" variant="quiet" icon="trash" onClick={() => run(forgetFiles)}>
              {texts.files.stop}
            </Button>
          </Fact>
        )}
        <Fact label={texts.update.version}>
          <span>
            {release.version} <span className={layout.mono}>({release.id})</span>
          </span>
        </Fact>
        <p className={layout.soft}>{texts.update.versionHint}</p>
        <div className={layout.wrap2}>
          <Button
            icon="refresh"
            disabled={releases.isBusy}
            onClick={() => {
              releases.check()
              onClose()
            }}
          >
            {texts.update.check}
          </Button>
          {device && (
            <Button variant="danger" onClick={() => setForgetting(true)}>
              {t.forget}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div className={layout.stack1}>
      <div className={layout.label}>{label}</div>
      <div className={layout.row1}>{children}</div>
    </div>
  )
}
