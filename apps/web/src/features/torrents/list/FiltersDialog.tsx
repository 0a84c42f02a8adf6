import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { Filters } from './Filters.tsx'

/** The filters of the side bar, if there is no space for one. */
export function FiltersDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog open title={texts.list.filters} onClose={onClose}>
      <Filters onChosen={onClose} />
    </Dialog>
  )
}
