import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { useHubInfo } from '../../state/context.tsx'
import { MyData } from './MyData.tsx'
import { MyDevices } from './MyDevices.tsx'
import { MyFeeds } from './MyFeeds.tsx'
import { MyPasskeys } from './MyPasskeys.tsx'
import { MySessions } from './MySessions.tsx'
import { MyTracker } from './MyTracker.tsx'
import { Profile } from './Profile.tsx'

export function AccountPage() {
  const { capabilities } = useHubInfo()
  return (
    <Page title={texts.account.title} narrow>
      <div className={layout.stack4}>
        <Profile />
        <MySessions />
        <MyPasskeys />
        <MyDevices />
        {capabilities.includes('tracker-keys') && <MyTracker />}
        {capabilities.includes('listings') && <MyFeeds />}
        {capabilities.includes('member-data') && <MyData />}
      </div>
    </Page>
  )
}
