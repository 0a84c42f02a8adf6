import { audienceOf, parseLatestLink } from '@shoal/links'
import { lazy, Suspense, useId, useRef, useState } from 'react'
import { useClipboard } from '../../../shared/base/clipboard.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-page.ts'
import styles from './view.module.css'

const QrDialog = lazy(() => import('../../../shared/controls/QrDialog.tsx'))

/** The link to this share, to copy, scan or send. */
export function LinkBox({ link, name }: { readonly link: string; readonly name: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const { isCopied, copy } = useClipboard()
  const [scans, setScans] = useState(false)
  // Nobody else could open a link to this machine.
  const isForOthers = audienceOf(link) !== 'machine'
  return (
    <Card title={texts.pass.title}>
      <div className={`${layout.stack2} ${styles.linkField}`}>
        <p className={layout.muted}>{hintOf(link)}</p>
        <label htmlFor={id} className="visually-hidden">
          {texts.pass.label}
        </label>
        <input
          ref={field}
          id={id}
          className={styles.input}
          readOnly
          value={link}
          onFocus={({ target }) => target.select()}
        />
        <div className={`${layout.wrap2} ${styles.actions}`}>
          <Button
            variant="primary"
            icon={isCopied ? 'check' : 'copy'}
            onClick={() => copy(link).catch(() => field.current?.focus())}
          >
            <span aria-live="polite">{isCopied ? texts.actions.copied : texts.actions.copy}</span>
          </Button>
          {/* `navigator.share` exists only in secure contexts. */}
          {isForOthers && typeof navigator.share === 'function' && (
            <Button
              icon="external"
              onClick={() => void navigator.share({ title: name, url: link }).catch(() => {})}
            >
              {texts.actions.send}
            </Button>
          )}
          {isForOthers && (
            <Button icon="code" aria-haspopup="dialog" onClick={() => setScans(true)}>
              {texts.actions.qr}
            </Button>
          )}
        </div>
        {scans && (
          <Suspense>
            <QrDialog text={link} label={texts.pass.qr} name={name} onClose={() => setScans(false)} />
          </Suspense>
        )}
      </div>
    </Card>
  )
}

/** Says who can open the share, and what they need. */
function hintOf(link: string): string {
  const audience = audienceOf(link)
  if (audience === 'machine') return texts.pass.machine
  const by = parseLatestLink(link)?.seal?.by
  return by === 'passphrase' || by === 'recipient' ? texts.pass[by] : texts.pass[audience]
}
