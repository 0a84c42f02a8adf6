import type { Job } from '@shoal/api'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/texts.ts'

const t = texts.list.jobs

/** Returns the title of a job, in the past tense if it is done. */
export function jobTitle({ kind, state, name }: Pick<Job, 'kind' | 'state' | 'name'>): string {
  return (state === 'done' ? t.ended : t)[kind]({ name: shownName(name) })
}
