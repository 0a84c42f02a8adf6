import { lazy, Suspense, useId, useRef, useState } from 'react'
import { useClipboard } from '../../../shared/base/clipboard.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-page.ts'
import styles from './view.module.css'

const QrCode = lazy(() =>
  import('../../../shared/controls/QrCode.tsx').then(({ QrCode }) => ({ default: QrCode })),
)

/** The link to this share, to copy, scan or send. */
export function LinkBox({ link, name }: { readonly link: string; readonly name: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const { isCopied, copy } = useClipboard()
  const [scans, setScans] = useState(false)
  return (
    <Card title={texts.pass.title}>
      <div className={`${layout.stack2} ${styles.linkField}`}>
        <p className={layout.muted}>{texts.pass.hint}</p>
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
          {typeof navigator.share === 'function' && (
            <Button
              icon="external"
              onClick={() => void navigator.share({ title: name, url: link }).catch(() => {})}
            >
              {texts.actions.send}
            </Button>
          )}
          <Button icon="code" aria-expanded={scans} onClick={() => setScans(!scans)}>
            {texts.actions.qr}
          </Button>
        </div>
        {scans && (
          <Suspense>
            <div className={styles.qr}>
              <QrCode text={link} label={texts.pass.qr} />
            </div>
          </Suspense>
        )}
      </div>
    </Card>
  )
}
