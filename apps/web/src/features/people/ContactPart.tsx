import type { Contact } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { formatDate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { VerifyDialog } from '../../shared/people/VerifyDialog.tsx'
import styles from './people.module.css'

const t = texts.pages.people.contact

/** The person behind a contact: profile, alarms, device list and verification. */
export function ContactPart({ contact }: { readonly contact: Contact }) {
  const { did, name, picture, devices, expiresMs, verifiedMs } = contact
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const [isVerifying, setVerifying] = useState(false)
  const facts = [
    verifiedMs === null ? t.notVerified : t.verified({ date: formatDate(verifiedMs, 'date') }),
    ...(devices === null || expiresMs === null
      ? [t.noList]
      : [t.devices({ count: devices }), expiry(expiresMs)]),
  ]
  return (
    <div className={layout.stack2}>
      <Alarms contact={contact} />
      <div className={layout.row3}>
        {picture !== null && <img className={styles.picture} src={picture} alt={t.pictureAlt} />}
        <span className={layout.shrink}>
          {name !== null && <strong className={layout.break}>{t.calls({ name })}</strong>}{' '}
          <span className={layout.soft}>{facts.join(' · ')}</span>
        </span>
      </div>
      <div className={layout.wrap2}>
        <Button size="small" onClick={() => setVerifying(true)}>
          {t.compare}
        </Button>
        {verifiedMs !== null && (
          <Button
            size="small"
            disabled={isBusy}
            onClick={() =>
              run(async () => {
                await api.unverifyContact({ did }).catch(notifyError)
              })
            }
          >
            {t.unverify}
          </Button>
        )}
      </div>
      {isVerifying && (
        <VerifyDialog
          ask={signal => api.getVerification({ did }, { signal })}
          verify={seen => api.verifyContact({ did, seen })}
          onClose={() => setVerifying(false)}
        />
      )}
    </div>
  )
}

/** Alarms stay until they are dismissed. */
function Alarms({ contact: { did, alarms } }: { readonly contact: Contact }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  if (alarms.length === 0) return null
  return (
    <Notice
      action={
        <Button
          size="small"
          disabled={isBusy}
          onClick={() =>
            run(async () => {
              await api.dismissContactAlarms({ did }).catch(notifyError)
            })
          }
        >
          {t.dismiss}
        </Button>
      }
    >
      {alarms.map(({ kind, atMs, detail }) => (
        <p key={kind} className={layout.break}>
          <strong>{kind === 'changed' ? t.alarms.changed({ before: detail ?? '' }) : t.alarms[kind]}</strong>{' '}
          <span className={layout.soft}>{formatDate(atMs)}</span>
        </p>
      ))}
    </Notice>
  )
}

function expiry(expiresMs: number): string {
  const date = formatDate(expiresMs, 'date')
  return expiresMs <= Date.now() ? t.expired({ date }) : t.expires({ date })
}
