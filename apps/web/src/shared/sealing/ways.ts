import type { SealTo } from '@shoal/sealed'
import type { texts } from '../messages/sealing.ts'
import type { FormProblem } from './seal-form.ts'

export type Way = SealTo['by']

/** Returns the ways to seal, with their labels and hints. */
export function listWays(say: Pick<(typeof texts)['make'], Way | `${Way}Hint`>) {
  return (['key', 'passphrase', 'recipients'] as const).map(by => ({
    by,
    label: say[by],
    hint: say[`${by}Hint`],
  }))
}

/** Returns the problem if it belongs to the field of that name. */
export function problemAt(problem: FormProblem | null, field: FormProblem['field']): string | undefined {
  return problem?.field === field ? problem.message : undefined
}
