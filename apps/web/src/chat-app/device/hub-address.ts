/**
 * Returns the origin of a hub that was typed or named by a link, or null. Without a scheme it is
 * https, or http on localhost.
 */
export function toHubOrigin(text: string): string | null {
  const typed = text.trim()
  const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i.test(typed)
  const url = URL.parse(/^[a-z]+:\/\//i.test(typed) ? typed : `${isLocal ? 'http' : 'https'}://${typed}`)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.hostname !== ''
    ? url.origin
    : null
}

/** Returns the hub and the invitation in the fragment of a link to the app. */
export function takeAsked(fragment: string): { readonly hub: string | null; readonly invitation: string } {
  const asked = new URLSearchParams(fragment.replace(/^#/, ''))
  return { hub: toHubOrigin(asked.get('hub') ?? ''), invitation: toInvitation(asked.get('invitation') ?? '') }
}

/** Returns the secret of an invitation that was typed, or pasted as a link to the page of a hub. */
export function toInvitation(text: string): string {
  return /[#&]invitation=([\w-]+)/.exec(text)?.[1] ?? text.trim()
}
