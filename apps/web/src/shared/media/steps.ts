import type { KeyboardEvent } from 'react'
import { logicalKey } from '../base/direction.ts'
import { canShow } from './kinds.ts'
import type { ShownFile } from './shown-file.ts'

export interface Steps {
  /** The index of the file among those that can be shown. */
  readonly at: number
  readonly count: number
  go(step: number): void
  keyDown(event: KeyboardEvent): void
  /** Continues with the next episode, not with subtitles. */
  onEnded(): void
}

/** Steps through the files of a share that can be shown. */
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
      // A player uses these keys itself.
      if (file?.kind === 'video' || file?.kind === 'audio') return
      const key = logicalKey(event.key)
      if (key === 'ArrowLeft') go(-1)
      if (key === 'ArrowRight') go(1)
    },
    onEnded: () => open(shown.slice(at + 1).find(each => each.kind === file?.kind)),
  }
}
