import { lazy, Suspense } from 'react'

const DIALOGS = {
  bring: lazy(() => import('./BringDialog.tsx')),
  give: lazy(() => import('./GiveDialog.tsx')),
  export: lazy(() => import('./ExportDialog.tsx')),
  import: lazy(() => import('./ImportDialog.tsx')),
}

export type HistoryTask = keyof typeof DIALOGS

/** Shows the dialog for an action on the whole history. */
export function HistoryDialog({ task, onClose }: { readonly task: HistoryTask; onClose(): void }) {
  const Dialog = DIALOGS[task]
  return (
    <Suspense>
      <Dialog onClose={onClose} />
    </Suspense>
  )
}
