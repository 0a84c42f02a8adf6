import { isWeak } from '@shoal/identity/passphrases'
import type { SealTo } from '@shoal/sealed'
import { errorMessage } from '../format/error-message.ts'
import { texts } from '../messages/sealing.ts'

const say = texts.make
const MAX_RECIPIENTS = 100

/** A problem with a field of the form. */
export class FormProblem extends Error {
  readonly field: 'passphrase' | 'again' | 'recipients'

  constructor(field: FormProblem['field'], message: string) {
    super(message)
    this.name = 'FormProblem'
    this.field = field
  }
}

/** Returns public keys as `age1…`. Rejects if one of them is invalid. */
export type CheckKeys = (keys: readonly string[]) => Promise<readonly string[]>

/** Reads who can open the share from a form. Rejects with a FormProblem. */
export async function readSealTo(form: FormData, check: CheckKeys): Promise<SealTo> {
  const text = (name: string) => String(form.get(name) ?? '')
  const by = text('by')
  if (by === 'passphrase') return { by, passphrase: twice(text('passphrase'), text('again')) }
  if (by === 'recipients') return { by, recipients: await recipientsIn(text('recipients'), check) }
  return { by: 'key' }
}

/**
 * Returns a passphrase that was entered twice. Throws a FormProblem if the two differ, are empty or
 * easy to guess.
 */
export function twice(passphrase: string, again: string): string {
  if (passphrase === '') throw new FormProblem('passphrase', say.empty)
  if (isWeak(passphrase)) throw new FormProblem('passphrase', say.weak)
  if (passphrase !== again) throw new FormProblem('again', say.differs)
  return passphrase
}

async function recipientsIn(text: string, check: CheckKeys): Promise<readonly string[]> {
  const wrong = (message: string) => new FormProblem('recipients', message)
  const keys = text.split(/[\s,;]+/).filter(key => key !== '')
  if (keys.length === 0) throw wrong(say.noKeys)
  if (keys.length > MAX_RECIPIENTS) throw wrong(say.tooManyKeys({ most: MAX_RECIPIENTS }))
  if (keys.some(key => /^AGE-SECRET-KEY-/i.test(key))) throw wrong(say.secretKey)
  return check(keys).catch(error => {
    throw wrong(errorMessage(error))
  })
}
