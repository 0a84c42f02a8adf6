import type { HubKernel } from '../kernel/kernel.ts'

/** Returns the hub's announce URLs for members, with or without a passkey. */
export function announceUrls(
  { given: { publicUrl }, running }: Pick<HubKernel, 'given' | 'running'>,
  passkey: string | null,
): string[] {
  const urls = running().urls.map(text => {
    const url = new URL(text)
    const base =
      publicUrl === undefined ? `${url.protocol}//${url.host}` : publicBase(url, new URL(publicUrl))
    return passkey === null ? `${base}/announce` : `${base}/${passkey}/announce`
  })
  return [...new Set(urls)]
}

/** HTTP and WebSocket go through the proxy of the public URL, UDP bypasses it. */
function publicBase({ protocol, port }: URL, origin: URL): string {
  if (protocol === 'udp:') return `udp://${origin.hostname}:${port}`
  const isSecure = origin.protocol === 'https:'
  return `${protocol.replace(':', '')}${isSecure ? 's' : ''}://${origin.host}`
}
