import { Link } from 'wouter'
import { linkShown } from '../app/ui.ts'
import { buttonClass } from '../components/Button.tsx'
import { Notice } from '../components/Parts.tsx'
import { texts } from '../texts/texts.ts'
import { opensHereOnly } from './whole-link.ts'

const t = texts.add.link

/** Where the console was opened from this machine, and nobody said how others reach the node. */
export function HereOnly({ link, children }: { readonly link: string; readonly children: string }) {
  if (!opensHereOnly(link)) return null
  return (
    <Notice
      tone="warn"
      action={
        <Link href="/settings" className={buttonClass('plain', 'small')} onClick={() => linkShown.set(null)}>
          {t.settings}
        </Link>
      }
    >
      {children}
    </Notice>
  )
}
