import { lazy, Suspense, useState } from 'react'
import { controls } from '../messages/controls.ts'
import { Button } from './Button.tsx'
import { QrCode } from './QrCode.tsx'
import styles from './qr.module.css'

const QrDialog = lazy(() => import('./QrDialog.tsx'))

interface Props {
  readonly text: string
  readonly label: string
  /** The name of the linked content, from which the file name of a saved code is made. */
  readonly name: string
}

/** The QR code of a link, which can be enlarged and saved. */
export function LinkQr({ text, label, name }: Props) {
  const [isLarge, setIsLarge] = useState(false)
  return (
    <div className={styles.link}>
      <QrCode text={text} label={label} />
      <Button size="small" icon="code" onClick={() => setIsLarge(true)}>
        {controls.qr.enlarge}
      </Button>
      {isLarge && (
        <Suspense>
          <QrDialog text={text} label={label} name={name} onClose={() => setIsLarge(false)} />
        </Suspense>
      )}
    </div>
  )
}
