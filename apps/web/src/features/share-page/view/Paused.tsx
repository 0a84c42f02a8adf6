import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-more.ts'

/** The node that serves the page is the sender's, who has paused the share. */
export default function Paused() {
  return (
    <>
      <p className={layout.bold} role="status">
        {texts.host.paused}
      </p>
      <Notice tone="info">{texts.host.pausedHelp}</Notice>
    </>
  )
}
