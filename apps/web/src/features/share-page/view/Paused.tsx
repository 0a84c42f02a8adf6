import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-more.ts'

/** Shown if the node that serves the page belongs to the sender, who has paused the share. */
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
