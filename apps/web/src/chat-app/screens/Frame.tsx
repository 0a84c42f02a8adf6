import { type ReactNode, useState } from 'react'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import { LanguageMenu } from '../../shared/controls/LanguageMenu.tsx'
import { Logo } from '../../shared/controls/Logo.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { ThemeMenu } from '../../shared/controls/ThemeMenu.tsx'
import { texts } from '../../shared/messages/chat-app.ts'
import { controls } from '../../shared/messages/controls.ts'
import { DropZone } from '../../shared/ui/DropZone.tsx'
import type { ChatBrowser } from '../device/chat-browser.ts'
import type { ReleaseName } from '../loader/release.ts'
import { AccountDialog } from './AccountDialog.tsx'
import styles from './frame.module.css'
import { useOffline } from './use-offline.ts'
import { problemOf, useReleases } from './use-releases.ts'

interface Props {
  readonly release: ReleaseName
  /** Null until this browser is a device. */
  readonly device: ChatBrowser | null
  onDevice(device: ChatBrowser | null): void
  readonly children: ReactNode
}

const FILES = ['Files']

/** The frame of the app: its name, notices, and the button for this device. */
export function Frame({ release, device, onDevice, children }: Props) {
  const releases = useReleases()
  const isOffline = useOffline()
  const [isOpen, setOpen] = useState(false)
  const { offered, failure } = releases
  return (
    <div className={styles.frame}>
      <header className={`${layout.row3} ${layout.ruled} ${layout.surface} ${styles.top}`}>
        <div className={`${layout.row2} ${styles.brand}`}>
          <Logo />
          <span>{texts.name}</span>
        </div>
        <div className={`${layout.row2} ${styles.tools}`}>
          <LanguageMenu label={texts.language} />
          <ThemeMenu />
          <IconButton icon="settings" label={texts.account.title} onClick={() => setOpen(true)} />
        </div>
      </header>
      <div className={`${layout.stack2} ${styles.notices}`}>
        {isOffline && <Notice tone="info">{texts.offline}</Notice>}
        {offered && (
          <Notice
            tone="info"
            action={
              <div className={layout.wrap2}>
                <Button size="small" variant="primary" disabled={releases.isBusy} onClick={releases.take}>
                  {texts.update.take}
                </Button>
                <Button size="small" variant="quiet" onClick={releases.postpone}>
                  {texts.update.later}
                </Button>
              </div>
            }
          >
            <p>
              {texts.update.offered({ ...offered, own: release.version, ownId: release.id })}{' '}
              <span className={layout.soft}>{texts.update.hint}</span>
            </p>
          </Notice>
        )}
        {failure !== null && (
          <Notice action={<IconButton icon="close" label={controls.close} onClick={releases.postpone} />}>
            {problemOf(failure)}
          </Notice>
        )}
      </div>
      <main className={`${layout.scroll} ${styles.main}`}>{children}</main>
      <DropZone title={texts.files.drop} types={FILES} />
      {isOpen && (
        <AccountDialog {...{ release, device, onDevice, releases }} onClose={() => setOpen(false)} />
      )}
    </div>
  )
}
