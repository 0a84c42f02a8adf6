import { useEffect, useMemo, useRef, useState } from 'react'
import { controls } from '../messages/controls.ts'
import { Button } from './Button.tsx'
import layout from './layout.module.css'
import { QrCode } from './QrCode.tsx'
import styles from './qr.module.css'
import { drawQr, type QrDrawing, qrSvg, qrText } from './qr-path.ts'

/**
 * Minimum number of CSS pixels per module on the screen. It is an integer, since blurred edges are
 * harder to scan.
 */
const LEAST_SCALE = 4
const MOST_SCALE = 14
/** Pixels per module in a saved image: enough for a sheet of paper. */
const SAVED_SCALE = 12
/** Pixels that the dialog needs around the code: on phones, its buttons take two lines. */
const AROUND = { width: 24, height: 150 }

interface Props {
  readonly text: string
  readonly label: string
  /** The name of the linked content, from which the file name is made. */
  readonly name: string
  onClose(): void
}

/** A QR code as large as the window allows, to scan from a distance, or to save. */
export default function QrDialog({ text, label, name, onClose }: Props) {
  const code = useMemo(() => drawQr(qrText(text)), [text])
  const scale = useScale(code?.size ?? 1)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  if (!code) return null
  const side = code.size * scale
  const svg = () => new Blob([qrSvg(code, SAVED_SCALE)], { type: 'image/svg+xml' })
  const file = `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 80)} QR`
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={label}
      onClose={onClose}
      // Keeps a dialog behind this one open.
      onKeyDown={event => event.key === 'Escape' && event.stopPropagation()}
    >
      <div className={styles.large} style={{ width: side, height: side }}>
        <QrCode text={text} label={label} />
      </div>
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <Button icon="download" onClick={() => drawPng(code, png => save(`${file}.png`, png))}>
          {controls.qr.png}
        </Button>
        <Button icon="download" onClick={() => save(`${file}.svg`, svg())}>
          {controls.qr.svg}
        </Button>
        <Button variant="primary" icon="close" onClick={() => dialog.current?.close()}>
          {controls.close}
        </Button>
      </div>
    </dialog>
  )
}

/** Returns the number of pixels per module for the size of the window. */
function useScale(modules: number): number {
  const fitting = () => {
    const room = Math.min(innerWidth - AROUND.width, innerHeight - AROUND.height)
    return Math.min(MOST_SCALE, Math.max(LEAST_SCALE, Math.floor(room / modules)))
  }
  const [scale, setScale] = useState(fitting)
  useEffect(() => {
    const follow = () => setScale(fitting())
    addEventListener('resize', follow)
    return () => removeEventListener('resize', follow)
  })
  return scale
}

function drawPng({ size, path }: QrDrawing, onDrawn: (png: Blob) => void): void {
  const canvas = document.createElement('canvas')
  canvas.width = size * SAVED_SCALE
  canvas.height = size * SAVED_SCALE
  const context = canvas.getContext('2d')!
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(SAVED_SCALE, SAVED_SCALE)
  context.fillStyle = '#000'
  context.fill(new Path2D(path))
  canvas.toBlob(png => png && onDrawn(png), 'image/png')
}

function save(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
