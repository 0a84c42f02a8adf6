import { Link } from 'wouter'
import { addRequest, linkShown } from '../app/ui.ts'
import { Notice } from '../components/Parts.tsx'
import { texts } from '../texts/texts.ts'
import { opensHereOnly } from './whole-link.ts'

const t = texts.add.link

/** Where the console was opened from this machine, and nobody said how others reach the node. */
export function HereOnly({ link, children }: { readonly link: string; readonly children: string }) {
  if (!opensHereOnly(link)) return null
  return (
    <Notice tone="warn">
      {children}{' '}
      <Link href="/settings" onClick={closeDialogs}>
        {t.settings}
      </Link>
    </Notice>
  )
}

function closeDialogs(): void {
  linkShown.set(null)
  addRequest.set(null)
}
