import { useState } from 'react'
import type { ChatClient, ChatContact } from '../../features/chat/chat-client.ts'
import { nameOf } from '../../shared/chat/shown-text.ts'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/people.ts'
import { VerifyDialog } from '../../shared/people/VerifyDialog.tsx'

const t = texts.contacts

interface Props {
  readonly contacts: NonNullable<ChatClient['contacts']>
  readonly persons: readonly ChatContact[]
}

/** Alarms about the devices and keys of persons. They stay until the user dismisses them. */
export function Warnings({ contacts, persons }: Props) {
  const [compared, setCompared] = useState<string | null>(null)
  return (
    <>
      {persons.map(person => (
        <Notice
          key={person.did}
          action={
            <div className={layout.wrap2}>
              <Button size="small" onClick={() => setCompared(person.did)}>
                {t.compare}
              </Button>
              <Button
                size="small"
                onClick={() => void contacts.change(person.did, { hasAlarms: false }).catch(notifyError)}
              >
                {t.dismiss}
              </Button>
            </div>
          }
        >
          {person.alarms.map(kind => (
            <p key={kind} className={layout.break}>
              {texts.alarms[kind]({ name: nameOf(person) })}
            </p>
          ))}
        </Notice>
      ))}
      {compared !== null && (
        <VerifyDialog
          ask={signal => contacts.getVerification(compared, signal)}
          verify={seen => contacts.verify(compared, seen)}
          onClose={() => setCompared(null)}
        />
      )}
    </>
  )
}
