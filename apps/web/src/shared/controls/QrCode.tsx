import { useMemo } from 'react'
import styles from './qr.module.css'
import { drawQr, qrText } from './qr-path.ts'

/**
 * A text as a QR code, dark on white in either theme as cameras expect. Renders nothing if the text
 * is too long.
 */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const code = useMemo(() => drawQr(qrText(text)), [text])
  if (!code) return null
  return (
    <svg
      className={styles.code}
      viewBox={`0 0 ${code.size} ${code.size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={code.path} />
    </svg>
  )
}
