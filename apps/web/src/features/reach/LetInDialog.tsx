import { Dialog } from '../../shared/controls/Dialog.tsx'
import type { DialogProps } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { LetIn } from './LetIn.tsx'

export function LetInDialog({ onClose }: DialogProps<true>) {
  return (
    <Dialog open title={texts.reach.title} onClose={onClose}>
      <LetIn />
    </Dialog>
  )
}
