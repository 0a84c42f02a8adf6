import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { Filters } from './Filters.tsx'

/** The side bar's filters, where there is no room for a side bar. */
export function FiltersDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog open title={texts.list.filters} onClose={onClose}>
      <Filters onChosen={onClose} />
    </Dialog>
  )
}
