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
