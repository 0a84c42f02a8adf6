/** Options for sealing a share. */
import type { SealTo } from '@shoal/api'
import { flag, list, type OptionValues, UsageError, value } from '@shoal/options'
import { askSecret } from '../ask-secret.ts'
import { texts } from '../texts.ts'

export const SEAL_OPTIONS = {
  seal: flag(texts.shareOptions.seal),
  passphrase: flag(texts.shareOptions.passphrase),
  passphraseFile: value('FILE', {
    help: texts.shareOptions.passphraseFile,
  }),
  weakPassphrase: flag(texts.shareOptions.weakPassphrase),
  to: list('KEY', { help: texts.shareOptions.to }),
  out: value('DIR', {
    help: texts.shareOptions.out,
  }),
}

export type SealOptions = OptionValues<typeof SEAL_OPTIONS>

/** Throws UsageError for options that need `--seal` or exclude each other. */
export function checkSealOptions({ seal, ...given }: SealOptions): void {
  const { passphrase, passphraseFile, weakPassphrase, to, out } = given
  const byPassphrase = passphrase || passphraseFile !== undefined
  if (weakPassphrase && !byPassphrase) throw new UsageError(texts.shareOptions.weakNeedsPassphrase)
  if (!seal && (byPassphrase || to.length > 0 || out !== undefined))
    throw new UsageError(texts.shareOptions.needSeal)
  if (byPassphrase && to.length > 0) throw new UsageError(texts.shareOptions.passphraseOrTo)
}

/** Returns what the share is sealed to. Asks for the passphrase if needed. */
export async function readSealTo(options: SealOptions, signal: AbortSignal): Promise<SealTo> {
  const { passphrase, passphraseFile, weakPassphrase, to } = options
  if (to.length > 0) return { by: 'recipients', recipients: [...to] }
  if (!passphrase && passphraseFile === undefined) return { by: 'key' }
  const secret = {
    file: passphraseFile,
    option: '--passphrase-file',
    twice: true,
    allowWeak: weakPassphrase,
    signal,
  }
  const given = await askSecret(texts.ask.newSharePassphrase, secret)
  return { by: 'passphrase', passphrase: given, ...(weakPassphrase && { allowWeak: true }) }
}
