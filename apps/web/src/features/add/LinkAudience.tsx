import type { Audience, Reach } from '@shoal/api'
import { isSecureAddress } from '@shoal/links'
import { useState } from 'react'
import { Link } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import { LetIn } from '../../shared/reach/LetIn.tsx'
import { addRequest, linkShown } from '../../shared/ui/ui.ts'
import styles from './Add.module.css'

const t = texts.reach

interface Props {
  readonly audience: Audience
  readonly link: string
  readonly reach: Reach | null | undefined
  readonly isSealed?: boolean
}

/** Says for whom a link works, and offers to let others in if it works only for this user. */
export function LinkAudience({ audience, link, reach, isSealed = false }: Props) {
  // The dialog stays open after it has finished, since it shows a password.
  const [isLettingIn, setIsLettingIn] = useState(false)
  return (
    <>
      {audience === 'machine' ? (
        <Notice
          tone="warn"
          action={
            reach &&
            !isLettingIn && (
              <Button variant="primary" onClick={() => setIsLettingIn(true)}>
                {t.open}
              </Button>
            )
          }
        >
          {isSealed ? t.sealedHereOnly : t.linkFor.machine} {!isSealed && <MagnetAudience />}
        </Notice>
      ) : (
        <p>
          {t.linkFor[audience]} {!isSecureAddress(link) && (isSealed ? t.plainSealed : t.plain)}
        </p>
      )}
      {isLettingIn && (
        <section className={`${layout.card} ${styles.letIn}`} aria-label={t.title}>
          <LetIn />
        </section>
      )}
      {reach?.problem && !isLettingIn && (
        <Notice tone="warn">
          {t.problem[reach.problem]}{' '}
          <Link href="/settings#network.publicUrl" onClick={closeDialogs}>
            {t.settings}
          </Link>
        </Notice>
      )}
    </>
  )
}

/** Says for whom the magnet link works, which depends on whether peers outside can connect. */
function MagnetAudience() {
  const { value } = useAsked(api => api.getPeerReach({}), [])
  return value ? t.magnetFor[value.state] : null
}

function closeDialogs(): void {
  linkShown.set(null)
  addRequest.set(null)
}
