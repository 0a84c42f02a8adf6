import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { CopyIcon } from '../../../shared/controls/CopyIcon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { ChatLink } from '../../parts/ChatLink.tsx'
import { useHubInfo } from '../../state/context.tsx'

const t = texts.front

/** Shows the tracker and the key of the hub, and where to chat. */
export function About() {
  const { key, trackers, isTrackerPrivate, chatApp, roomGuests } = useHubInfo()
  return (
    <div className={layout.stack3}>
      <Card title={t.tracker}>
        {isTrackerPrivate ? (
          <p>{t.trackerPrivate}</p>
        ) : (
          <div className={layout.stack2}>
            <p className={layout.soft}>{t.trackerHint}</p>
            {trackers.map(address => (
              <div key={address} className={layout.row1}>
                <span className={`${layout.mono} ${layout.break}`}>{address}</span>
                <CopyIcon text={address} what={t.tracker} />
              </div>
            ))}
          </div>
        )}
      </Card>
      <Card title={t.key}>
        <div className={layout.stack2}>
          <p className={layout.soft}>{t.keyHint}</p>
          <div className={layout.wrap2}>
            <span className={`${layout.mono} ${layout.break}`}>{key}</span>
            <CopyButton size="small" text={key} />
          </div>
        </div>
      </Card>
      <p className={layout.soft}>{t.chat}</p>
      {roomGuests && <p className={layout.soft}>{t.roomGuests}</p>}
      {chatApp !== null && (
        <p>
          <ChatLink app={chatApp} />
        </p>
      )}
    </div>
  )
}
