import { useRef } from 'react'
import { Button } from './Button.tsx'

export interface PictureButtonProps {
  readonly label: string
  readonly disabled: boolean
  onFile(file: File): void
}

/** Lets the user choose a picture. */
export function PictureButton({ label, disabled, onFile }: PictureButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button size="small" disabled={disabled} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={label}
        onChange={event => {
          const [file] = event.currentTarget.files ?? []
          if (file) onFile(file)
          // Allows choosing the same file again.
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
