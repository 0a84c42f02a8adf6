/** Who may be asking, as far as the fields of a request tell. */
export const ASKER = {
  /** Who has the address. */
  itself: 0,
  /** Anybody: the address may be that of a proxy which nobody named, or a page's that found a name for this machine (DNS rebinding). */
  unknown: 1,
  /** A page of another site, in the browser of somebody who knows nothing of it. */
  page: 2,
} as const
export type Asker = (typeof ASKER)[keyof typeof ASKER]

/** Names of this machine, as a Host field has them. */
export const MACHINE_HOST = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[\w-]+\.)*localhost)\.?(?::\d+)?$/i
const PLAIN = new TextEncoder().encode(' 127.0.0.1')

/** Whether a Host field names this machine; the name that is usual costs no string. */
export function isMachineHost(bytes: Buffer, from: number, to: number): boolean {
  let at = 0
  while (at < PLAIN.length && bytes[from + at] === PLAIN[at]) at++
  if (at === PLAIN.length && (from + at === to || bytes[from + at] === 0x3a)) return true
  return MACHINE_HOST.test(bytes.toString('latin1', from, to).trim())
}
