import type { SealTo } from '@shoal/sealed'
import { useState } from 'react'
import type { SealingTexts } from '../messages/sealing.ts'
import type { FormProblem } from './seal-form.ts'

export type Way = SealTo['by']

/** To whom something is sealed, in words: the console has some of its own. */
export function waysOf(say: Pick<SealingTexts['make'], Way | `${Way}Hint`>) {
  return (['key', 'passphrase', 'recipients'] as const).map(by => ({
    by,
    label: say[by],
    hint: say[`${by}Hint`],
  }))
}

export const useWay = () => useState<Way>('key')

/** What is wrong with the field of that name. */
export function problemAt(problem: FormProblem | null, field: FormProblem['field']): string | undefined {
  return problem?.field === field ? problem.message : undefined
}
