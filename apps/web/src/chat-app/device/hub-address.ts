/** Returns the origin of a hub that somebody typed or a link named, or null. Without a scheme it is https, on this machine http. */
export function toHubOrigin(text: string): string | null {
  const typed = text.trim()
  const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i.test(typed)
  const url = URL.parse(/^[a-z]+:\/\//i.test(typed) ? typed : `${isLocal ? 'http' : 'https'}://${typed}`)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.hostname !== ''
    ? url.origin
    : null
}

/** Reads the hub and the invitation that a link to the app names behind `#`. */
export function takeAsked(fragment: string): { readonly hub: string | null; readonly invitation: string } {
  const asked = new URLSearchParams(fragment.replace(/^#/, ''))
  return { hub: toHubOrigin(asked.get('hub') ?? ''), invitation: toInvitation(asked.get('invitation') ?? '') }
}

/** Returns the secret of an invitation that was typed, or pasted as the link of a hub's page. */
export function toInvitation(text: string): string {
  return /[#&]invitation=([\w-]+)/.exec(text)?.[1] ?? text.trim()
}
