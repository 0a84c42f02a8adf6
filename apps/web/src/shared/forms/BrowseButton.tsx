import { lazy, Suspense, useState } from 'react'
import { IconButton } from '../controls/Button.tsx'
import { texts } from '../messages/texts.ts'

const FolderDialog = lazy(() => import('./FolderDialog.tsx').then(it => ({ default: it.FolderDialog })))

export interface BrowseButtonProps {
  readonly start: string | undefined
  /** Whether files can be chosen, too. */
  readonly files?: boolean
  readonly disabled?: boolean
  onChoose(path: string): void
}

/** Chooses a path on the node's machine. */
export function BrowseButton({ start, files = false, disabled, onChoose }: BrowseButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <IconButton
        icon="folder"
        variant="plain"
        label={texts.settings.browse}
        disabled={disabled}
        onClick={() => setOpen(true)}
      />
      {open && (
        <Suspense>
          <FolderDialog
            start={start}
            files={files}
            onClose={() => setOpen(false)}
            onChoose={({ path }) => {
              setOpen(false)
              onChoose(path)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
