import type { Audience, Reach } from '@shoal/api'
import { Link } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { addRequest, letInShown, linkShown } from '../../shared/ui/ui.ts'

const t = texts.reach

interface Props {
  readonly audience: Audience
  readonly reach: Reach | null | undefined
  readonly isSealed?: boolean
}

/** Says whom a link works for, and offers to let others in if that is nobody else. */
export function LinkAudience({ audience, reach, isSealed = false }: Props) {
  return (
    <>
      {audience === 'machine' ? (
        <Notice
          tone="warn"
          action={
            reach && (
              <Button variant="primary" onClick={() => letInShown.set(true)}>
                {t.open}
              </Button>
            )
          }
        >
          {isSealed ? t.sealedHereOnly : t.linkFor.machine}
        </Notice>
      ) : (
        <p>{t.linkFor[audience]}</p>
      )}
      {reach?.problem && (
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

function closeDialogs(): void {
  linkShown.set(null)
  addRequest.set(null)
}
