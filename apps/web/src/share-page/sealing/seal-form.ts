import { recipientOf } from '@shoal/identity'
import type { SealTo } from '@shoal/sealed'
import { texts } from '../../texts/sealing.ts'
import { wordsOf } from '../view/words-of.ts'

const say = texts.make
const MAX_RECIPIENTS = 100

/** What is wrong with what was filled in, at the field of that name. */
export class FormProblem extends Error {
  readonly field: 'passphrase' | 'again' | 'recipients'

  constructor(field: FormProblem['field'], message: string) {
    super(message)
    this.name = 'FormProblem'
    this.field = field
  }
}

/** To whom a form seals. Throws a FormProblem. */
export function sealToOf(form: FormData): SealTo {
  const text = (name: string) => String(form.get(name) ?? '')
  const by = text('by')
  if (by === 'passphrase') return { by, passphrase: twice(text('passphrase'), text('again')) }
  if (by === 'recipients') return { by, recipients: recipientsOf(text('recipients')) }
  return { by: 'key' }
}

/** A passphrase that was written twice. Throws a FormProblem. */
export function twice(passphrase: string, again: string): string {
  if (passphrase === '') throw new FormProblem('passphrase', say.empty)
  if (passphrase !== again) throw new FormProblem('again', say.differs)
  return passphrase
}

/** Public keys as `age1…`, each once. */
function recipientsOf(text: string): string[] {
  const written = text.split(/[\s,;]+/).filter(key => key !== '')
  if (written.length === 0) throw new FormProblem('recipients', say.noKeys)
  if (written.some(key => /^AGE-SECRET-KEY-/i.test(key))) throw new FormProblem('recipients', say.secretKey)
  const keys = [...new Set(written.map(checked))]
  if (keys.length > MAX_RECIPIENTS) throw new FormProblem('recipients', say.tooManyKeys(MAX_RECIPIENTS))
  return keys
}

function checked(key: string): string {
  try {
    return recipientOf(key)
  } catch (error) {
    throw new FormProblem('recipients', say.wrongKey(shortened(key), wordsOf(error)))
  }
}

function shortened(key: string): string {
  return key.length > 24 ? `${key.slice(0, 16)}…${key.slice(-6)}` : key
}
