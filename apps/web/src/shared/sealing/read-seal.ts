import type { SealTo } from '@shoal/sealed'
import { loaded } from './loaded.ts'
import type { CheckKeys, FormProblem } from './seal-form.ts'

/**
 * Reads the fields of `SealFields`. Returns a FormProblem if they are invalid. Rejects if the code
 * that checks them, which is loaded only now, cannot be loaded.
 */
export function readSeal(form: FormData, check: CheckKeys): Promise<SealTo | FormProblem> {
  return problemOr(async ({ readSealTo }) => readSealTo(form, check))
}

/** Reads the fields of `PassphraseFields`, like `readSeal`. */
export function readPassphrase(form: FormData): Promise<string | FormProblem> {
  const text = (name: string) => String(form.get(name) ?? '')
  return problemOr(async ({ twice }) => twice(text('passphrase'), text('again')))
}

async function problemOr<Value>(
  read: (module: typeof import('./seal-form.ts')) => Promise<Value>,
): Promise<Value | FormProblem> {
  const [module] = await loaded(import('./seal-form.ts'))
  try {
    return await read(module)
  } catch (error) {
    if (error instanceof module.FormProblem) return error
    throw error
  }
}
