import type { ShareLink } from '@shoal/links'
import { infoHashText } from '@shoal/torrent'

/**
 * The answer about a share of the node that serves the page. `base`: the common prefix of the
 * addresses of its files.
 */
export type HostAnswer =
  | { readonly state: 'here'; readonly base: string }
  | { readonly state: 'paused' | 'sealed' | 'none' }

/**
 * Asks the node about a share. The node runs a tracker, so that it learns the info hash in any
 * case; the key of a sealed share stays in the page.
 */
export async function askHost({ magnet: { infoHashes } }: ShareLink): Promise<HostAnswer> {
  try {
    const { v1, v2 } = infoHashes
    const response = await fetch('./files', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ infoHash: infoHashText(v1 ? { v1 } : { v2: v2! }) }),
    })
    const { state, ticket } = (await response.json()) as { state: HostAnswer['state']; ticket: string }
    if (!response.ok) return { state: 'none' }
    return state === 'here' ? { state, base: `./files/${ticket}/` } : { state }
  } catch {
    return { state: 'none' }
  }
}
