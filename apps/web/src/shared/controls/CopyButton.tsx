import { useClipboard } from '../base/clipboard.ts'
import { controls } from '../messages/controls.ts'
import { Button, type ButtonProps } from './Button.tsx'
import { notifyError } from './toasts.ts'

/** Copies a text to the clipboard, and confirms that in its own label. */
export function CopyButton({ text, children, ...rest }: ButtonProps & { text: string }) {
  const { isCopied, copy } = useClipboard()
  return (
    <Button icon={isCopied ? 'check' : 'copy'} {...rest} onClick={() => copy(text).catch(notifyError)}>
      <span aria-live="polite">{isCopied ? controls.copied : (children ?? controls.copy)}</span>
    </Button>
  )
}
