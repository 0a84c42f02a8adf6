import { lazy, Suspense, useId, useRef, useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { texts } from '../../../shared/messages/share-page.ts'
import { Section } from './parts.tsx'
import styles from './view.module.css'

const QrCode = lazy(() =>
  import('../../../shared/controls/QrCode.tsx').then(({ QrCode }) => ({ default: QrCode })),
)
const COPIED_MS = 2000

/** The link to this share: to copy, to scan, to send. */
export function LinkBox({ link, name }: { readonly link: string; readonly name: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const [scans, setScans] = useState(false)
  const copy = () =>
    void copyText(link).then(isCopied => {
      setCopied(isCopied)
      if (!isCopied) field.current?.focus()
      setTimeout(() => setCopied(false), COPIED_MS)
    })
  return (
    <Section title={texts.pass.title}>
      <div className={styles.linkField}>
        <p className={styles.soft}>{texts.pass.hint}</p>
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
        <div className={styles.actions}>
          <Button variant="primary" icon={copied ? 'check' : 'copy'} onClick={copy}>
            <span aria-live="polite">{copied ? texts.actions.copied : texts.actions.copy}</span>
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
    </Section>
  )
}

/** Pages that are not secure have no clipboard: there the link is selected, to be copied by hand. */
async function copyText(text: string): Promise<boolean> {
  return (
    navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? false
  )
}
