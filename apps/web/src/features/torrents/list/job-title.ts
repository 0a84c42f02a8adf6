import type { Job } from '@shoal/api'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/texts.ts'

const t = texts.list.jobs

/** What a work does; of one that is done, what it has done. */
export function jobTitle({ kind, state, name }: Pick<Job, 'kind' | 'state' | 'name'>): string {
  return (state === 'done' ? t.ended : t)[kind](shownName(name))
}
