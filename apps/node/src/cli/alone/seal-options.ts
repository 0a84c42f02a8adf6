/** Options for sealing a share. */
import type { SealTo } from '@shoal/api'
import { flag, list, type OptionValues, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { askSecret } from '../ask-secret.ts'

export const SEAL_OPTIONS = {
  seal: flag('Encrypt it first: to a key in the link, unless --passphrase or --to is given'),
  passphrase: flag('With --seal: to a passphrase, which is asked for'),
  passphraseFile: value('FILE', {
    help: 'With --seal: to the passphrase that is the first line of this file, - for standard input',
  }),
  to: list('KEY', { help: 'With --seal: to this public key, age1… or did:key:…' }),
  out: value('DIR', {
    help: 'With --seal: keep the sealed file in this folder. Default: it goes when sharing ends',
  }),
}

export type SealOptions = OptionValues<typeof SEAL_OPTIONS>

/** Throws UsageError for options that need `--seal` or exclude each other. */
export function checkSealOptions({ seal, ...given }: SealOptions): void {
  const { passphrase, passphraseFile, to, out } = given
  const byPassphrase = passphrase || passphraseFile !== undefined
  if (!seal && (byPassphrase || to.length > 0 || out !== undefined))
    throw new UsageError('--passphrase, --passphrase-file, --to and --out need --seal')
  if (byPassphrase && to.length > 0)
    throw new UsageError('give either a passphrase or --to: a share cannot be sealed to both')
}

/** Returns what the share is sealed to. Asks for the passphrase if needed. */
export async function sealToOf(options: SealOptions, signal: AbortSignal): Promise<SealTo> {
  const { passphrase, passphraseFile, to } = options
  if (to.length > 0) return { by: 'recipients', recipients: [...to] }
  if (!passphrase && passphraseFile === undefined) return { by: 'key' }
  const secret = { file: passphraseFile, option: '--passphrase-file', twice: true, signal }
  return { by: 'passphrase', passphrase: await askSecret('Passphrase for the share', secret) }
}
