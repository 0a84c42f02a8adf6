/**
 * Age files under a passphrase as streams of unknown length, in bounded memory. `age -d` opens
 * them.
 */
import { IdentityError } from '@shoal/identity'
import { passphraseIdentity, passphraseRecipient } from '@shoal/identity/age'
import { Decrypter, Encrypter } from 'age-encryption'
import { SealedError } from '../sealed-error.ts'

type Bytes = ReadableStream<Uint8Array>

/** `workFactor`: see `SealTo`. Rejects with `bad-argument` for an empty passphrase. */
export async function sealStream(plain: Bytes, passphrase: string, workFactor?: number): Promise<Bytes> {
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(passphraseRecipient(passphrase, workFactor))
  } catch (error) {
    if (error instanceof IdentityError) throw new SealedError('bad-argument', error.message, { cause: error })
    throw error
  }
  return encrypter.encrypt(plain)
}

/**
 * Rejects with `wrong-passphrase`, `too-much-work` or `damaged`. The stream fails with `damaged`
 * where the file was changed or truncated; everything before that is authentic.
 */
export async function openStream(sealed: Bytes, passphrase: string): Promise<Bytes> {
  const { unwrapFileKey } = passphraseIdentity(passphrase)
  let isWrong = false
  const decrypter = new Decrypter()
  decrypter.addIdentity({
    async unwrapFileKey(stanzas) {
      const fileKey = await unwrapFileKey(stanzas)
      isWrong = fileKey === null
      return fileKey
    },
  })
  const source = sealed.getReader()
  let failure: unknown = null
  // An error of the source is passed on unchanged.
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        failure = error
        controller.error(error)
      }
    },
    cancel: reason => source.cancel(reason),
  })
  const explain = (error: unknown): unknown => {
    if (failure !== null) return failure
    if (error instanceof IdentityError && error.code === 'too-much-work')
      return new SealedError('too-much-work', error.message)
    if (isWrong) return new SealedError('wrong-passphrase', 'The passphrase is wrong. Try again.')
    return new SealedError('damaged', 'The file has been changed, or its end is missing.', { cause: error })
  }
  const opened = await decrypter.decrypt(input).catch((error: unknown) => {
    void source.cancel().catch(() => {})
    throw explain(error)
  })
  const reader = opened.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        controller.error(explain(error))
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}
