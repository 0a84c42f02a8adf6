import { useEffect, useState } from 'react'

const SHOWN_MS = 2000

export interface Clipboard {
  /** The text was copied less than two seconds ago. */
  readonly isCopied: boolean
  /** Rejects if the browser does not allow it. */
  copy(text: string): Promise<void>
}

export function useClipboard(): Clipboard {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return { isCopied, copy: text => copyText(text).then(() => setCopied(true)) }
}

/**
 * Copies a text. Pages over plain HTTP from another machine lack the clipboard API; there the text
 * is copied from a field.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  ;(document.activeElement?.closest('[role=dialog]') ?? document.body).append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  if (!isDone) throw new Error(text)
}
