import type { Devices } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notifyError } from '../../shared/controls/toasts.ts'
import { formatDate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'

const say = texts.settings.devices

/** The devices that log in to the node with keys of their own, and what was noticed about their list. The list is signed where the key is. */
export function DeviceList() {
  const { api } = useNode()
  const asked = useAsked(signal => api.listDevices({}, { signal }), [])
  const [answer, setAnswer] = useState<Devices | null>(null)
  const { isBusy, run } = useWork()
  const known = answer ?? asked.value
  if (!known) return null
  const { did, expiresMs, items, alarms } = known
  return (
    <div className={layout.stack3}>
      {alarms.length > 0 && (
        <div role="alert" className={layout.stack2}>
          {alarms.map(({ kind, atMs }) => (
            <p key={kind}>
              <strong>{say.alarms[kind]}</strong> <span className={layout.soft}>{formatDate(atMs)}</span>
            </p>
          ))}
          <span>
            <Button
              size="small"
              disabled={isBusy}
              onClick={() => run(() => api.dismissDeviceAlarms({}).then(setAnswer, notifyError))}
            >
              {say.dismiss}
            </Button>
          </span>
        </div>
      )}
      {did === null ? (
        <p className={layout.soft}>{say.none}</p>
      ) : (
        <>
          <span className={layout.row1}>
            <span className={`${layout.mono} ${layout.break}`}>{did}</span>
            <CopyIcon text={did} what={say.person} />
          </span>
          <ul className={layout.stack2} aria-label={texts.settings.sections.devices}>
            {items.map(({ id, name, kind, own, addedMs }) => (
              <li key={id}>
                <span className={layout.break}>{name}</span>{' '}
                <span className={layout.soft}>
                  {[own ? say.own : say.kinds[kind], say.added({ date: formatDate(addedMs, 'date') })].join(
                    ' · ',
                  )}
                </span>
              </li>
            ))}
          </ul>
          {expiresMs !== null && (
            <p className={layout.soft}>{say.expires({ date: formatDate(expiresMs, 'date') })}</p>
          )}
        </>
      )}
    </div>
  )
}
