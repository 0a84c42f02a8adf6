import { Link } from 'wouter'
import { Notice } from '../../shared/controls/Panels.tsx'
import { opensHereOnly } from '../../shared/dropped/links.ts'
import { texts } from '../../shared/messages/texts.ts'
import { addRequest, linkShown } from '../../shared/ui/ui.ts'

const t = texts.add.link

/** Where the console was opened from this machine, and nobody said how others reach the node. */
export function HereOnly({ link, children }: { readonly link: string; readonly children: string }) {
  if (!opensHereOnly(link)) return null
  return (
    <Notice tone="warn">
      {children}{' '}
      <Link href="/settings#network.publicUrl" onClick={closeDialogs}>
        {t.settings}
      </Link>
    </Notice>
  )
}

function closeDialogs(): void {
  linkShown.set(null)
  addRequest.set(null)
}
