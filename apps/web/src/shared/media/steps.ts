import type { KeyboardEvent } from 'react'
import { logicalKey } from '../base/direction.ts'
import { canShow } from './kinds.ts'
import type { ShownFile } from './shown-file.ts'

export interface Steps {
  /** The place of the file among those that can be shown, from 0. */
  readonly at: number
  readonly count: number
  go(step: number): void
  keyDown(event: KeyboardEvent): void
  /** After an episode comes the next one, not its subtitles. */
  onEnded(): void
}

/** Leads from one file of a share to the next that can be shown. */
export function useSteps(files: readonly ShownFile[], index: number, onOpen: (index: number) => void): Steps {
  const file = files.find(each => each.index === index)
  const shown = files.filter(each => each === file || canShow(each.kind))
  const at = file ? shown.indexOf(file) : -1
  const open = (next: ShownFile | undefined) => next && onOpen(next.index)
  const go = (step: number) => open(shown[at + step])
  return {
    at,
    count: shown.length,
    go,
    keyDown(event) {
      // A player has these keys for itself.
      if (file?.kind === 'video' || file?.kind === 'audio') return
      const key = logicalKey(event.key)
      if (key === 'ArrowLeft') go(-1)
      if (key === 'ArrowRight') go(1)
    },
    onEnded: () => open(shown.slice(at + 1).find(each => each.kind === file?.kind)),
  }
}
