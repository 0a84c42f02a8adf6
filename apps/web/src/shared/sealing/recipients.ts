import { toRecipientKey } from '@shoal/identity'
import { PeerError } from '../engine/failure.ts'
import { errorMessage } from '../format/error-message.ts'
import { texts } from '../messages/sealing.ts'

/**
 * Returns public keys as `age1…`, without duplicates. Throws `bad-key`, which names the invalid
 * key.
 */
export function parseRecipients(keys: readonly string[]): string[] {
  return [...new Set(keys.map(checked))]
}

function checked(key: string): string {
  try {
    return toRecipientKey(key)
  } catch (error) {
    const message = texts.make.wrongKey({ key: shortened(key), why: errorMessage(error) })
    throw new PeerError({ code: 'bad-key', message })
  }
}

function shortened(key: string): string {
  return key.length > 24 ? `${key.slice(0, 16)}…${key.slice(-6)}` : key
}
