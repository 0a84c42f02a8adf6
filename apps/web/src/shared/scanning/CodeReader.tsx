import { useEffect, useRef, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import layout from '../controls/layout.module.css'
import { PictureButton } from '../controls/PictureButton.tsx'
import { texts } from '../messages/scanning.ts'
import { hasCamera, scanCode } from './scan-code.ts'
import styles from './scanning.module.css'

const FRAME_MS = 250

export interface CodeReaderProps {
  /** Codes of the camera without this prefix are ignored. */
  readonly prefix: string
  readonly disabled: boolean
  onCode(text: string): void
}

/** Reads a QR code with the camera, or from an image. */
export function CodeReader({ prefix, disabled, onCode }: CodeReaderProps) {
  const [isScanning, setScanning] = useState(false)
  const [missed, setMissed] = useState(false)
  const readFile = async (chosen: File) => {
    const seen = await scanCode(chosen).catch(() => null)
    setMissed(seen === null)
    if (seen !== null) onCode(seen)
  }
  return (
    <div className={layout.stack2}>
      <span className={layout.wrap2}>
        {hasCamera() && (
          <Button size="small" onClick={() => setScanning(!isScanning)}>
            {isScanning ? texts.stop : texts.scan}
          </Button>
        )}
        <PictureButton label={texts.picture} disabled={disabled} onFile={file => void readFile(file)} />
      </span>
      {missed && <p role="alert">{texts.missed}</p>}
      {isScanning && (
        <Camera
          prefix={prefix}
          onCode={text => {
            setScanning(false)
            setMissed(false)
            onCode(text)
          }}
        />
      )}
    </div>
  )
}

/** Shows the camera until a code has been read. */
function Camera({ prefix, onCode }: Pick<CodeReaderProps, 'prefix' | 'onCode'>) {
  const video = useRef<HTMLVideoElement>(null)
  const [error, setError] = useState(false)
  const found = useRef(onCode)
  found.current = onCode
  useEffect(() => {
    const ending = new AbortController()
    void watch(video.current!, prefix, ending.signal).then(
      code => code !== null && found.current(code),
      () => ending.signal.aborted || setError(true),
    )
    return () => ending.abort()
  }, [prefix])
  if (error) return <p role="alert">{texts.noCamera}</p>
  return <video ref={video} className={styles.camera} muted playsInline aria-label={texts.camera} />
}

/**
 * Resolves to the first code that the camera sees, or to null if the signal is aborted before.
 * Rejects without a camera.
 */
async function watch(video: HTMLVideoElement, prefix: string, signal: AbortSignal): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    if (signal.aborted) return null
    video.srcObject = stream
    await video.play()
    while (!signal.aborted) {
      const code = await scanCode(video).catch(() => null)
      if (code?.startsWith(prefix)) return signal.aborted ? null : code
      await new Promise(resolve => setTimeout(resolve, FRAME_MS))
    }
    return null
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}
