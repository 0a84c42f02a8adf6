import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { Bans } from './Bans.tsx'
import { Reports } from './Reports.tsx'
import { SlowMode } from './SlowMode.tsx'
import { Waiting } from './Waiting.tsx'

export function ModerationPage() {
  return (
    <Page title={texts.moderation.title} narrow>
      <div className={layout.stack4}>
        <Waiting />
        <Reports />
        <Bans />
        <SlowMode />
      </div>
    </Page>
  )
}
