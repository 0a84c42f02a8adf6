import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { HubFacts } from './HubFacts.tsx'
import { Members } from './Members.tsx'

export function AdminPage() {
  return (
    <Page title={texts.admin.title} narrow>
      <div className={layout.stack4}>
        <Members />
        <HubFacts />
      </div>
    </Page>
  )
}
