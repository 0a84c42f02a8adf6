/** `shoal people verify` and the other actions on contacts. */
import type { Contact, NodeApi } from '@shoal/api'
import { confirm } from '../confirm.ts'
import { formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { drawQrCode } from '../terminal/qr-code.ts'
import { texts } from '../texts.ts'
import { inRows } from '../values/words.ts'

const say = texts.people

export interface VerifyOptions {
  /** The text of the code that the contact showed. */
  readonly code: string | undefined
  /** Whether both sides see the same words. */
  readonly matches: boolean
}

/**
 * Shows the words and the user's own code, and marks the contact as verified if the code or the
 * words match.
 */
export async function verifyContact(
  api: NodeApi,
  [did, name]: readonly [did: string, name: string],
  { code, matches }: VerifyOptions,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  if (code !== undefined)
    return printContact(output, await api.verifyContact({ did, seen: code }, { signal }), name)
  const shown = await api.getVerification({ did }, { signal })
  const seen = shown.words.join(' ')
  if (matches) return printContact(output, await api.verifyContact({ did, seen }, { signal }), name)
  if (output.json) return output.object(shown)
  output.line(say.verify.words({ name }))
  for (const row of inRows(shown.words)) output.line(row)
  output.line(say.verify.code({ name }))
  if (output.terminal?.unicode) await drawQrCode(shown.ownCode, output.terminal)
  output.line(shown.ownCode)
  if (shown.verifiedMs !== null)
    return output.line(say.verify.done({ name, time: formatTime(shown.verifiedMs) }))
  if (!output.terminal) return output.line(say.verify.how)
  if (!(await confirm(say.verify.question({ name }), say.verify.how, signal))) return
  printContact(output, await api.verifyContact({ did, seen }, { signal }), name)
}

export function printContact(output: Output, contact: Contact, name: string): void {
  if (output.json) return output.object(contact)
  output.line(
    contact.verifiedMs === null
      ? say.verify.not({ name })
      : say.verify.done({ name, time: formatTime(contact.verifiedMs) }),
  )
}

/** Prints the alarms about contacts before anything else. */
export function printAlarms(output: Output, contacts: readonly Contact[]): void {
  for (const { did, nodes, alarms } of contacts) {
    const name = nodes.find(node => node.name !== null)?.name ?? did
    for (const { kind, atMs, detail } of alarms)
      output.line(say.alarms[kind]({ time: formatTime(atMs), name, before: detail ?? '' }))
  }
}
