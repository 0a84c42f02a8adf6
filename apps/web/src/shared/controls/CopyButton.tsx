import { useEffect, useState } from 'react'
import { texts } from '../messages/texts.ts'
import { Button, type ButtonProps } from './Button.tsx'
import { notifyError } from './toasts.ts'

const SHOWN_MS = 2000

/** Puts a text into the clipboard, and says so in place. */
export function CopyButton({ text, children, ...rest }: ButtonProps & { text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => copyText(text).then(() => setCopied(true), notifyError)
  return (
    <Button icon={copied ? 'check' : 'copy'} {...rest} onClick={copy}>
      <span aria-live="polite">{copied ? texts.app.copied : (children ?? texts.app.copy)}</span>
    </Button>
  )
}

/** Over plain HTTP from another machine browsers have no clipboard API: there the old way. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  ;(document.activeElement?.closest('[role=dialog]') ?? document.body).append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error(text)
}
