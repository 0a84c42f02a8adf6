import { Tabs } from '@base-ui/react/tabs'
import { useRef, useState } from 'react'
import { Dialog } from '../../shared/controls/Dialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import type { DialogProps } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import type { AddRequest } from '../../shared/ui/ui.ts'
import styles from './Add.module.css'
import { DownloadTab } from './DownloadTab.tsx'
import { ShareTab } from './ShareTab.tsx'

/** Adds a link or a .torrent, or shares the user's own content. */
export function AddDialog({ request, onClose }: DialogProps<AddRequest>) {
  const [tab, setTab] = useState<AddRequest['tab']>(request.tab)
  const field = useRef<HTMLTextAreaElement>(null)
  return (
    <Dialog
      open
      wide
      title={texts.add.title}
      {...(tab === 'download' ? { initialFocus: field } : {})}
      onClose={onClose}
    >
      <Tabs.Root value={tab} onValueChange={setTab}>
        <Tabs.List className={`${layout.ruled} ${styles.tabs}`}>
          {(['download', 'share'] as const).map(value => (
            <Tabs.Tab key={value} value={value} className={`${layout.muted} ${layout.bold} ${styles.tab}`}>
              {texts.add.tabs[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="download" className={styles.panel}>
          <DownloadTab request={request} field={field} onDone={onClose} />
        </Tabs.Panel>
        <Tabs.Panel value="share" className={styles.panel}>
          <ShareTab files={request.tab === 'share' ? request.files : undefined} onClose={onClose} />
        </Tabs.Panel>
      </Tabs.Root>
    </Dialog>
  )
}
