import type { Audience, Reach } from '@shoal/api'
import { audienceOf } from '@shoal/links'
import { absoluteLink } from '../dropped/links.ts'
import { type Asked, useAsked } from '../node/context.tsx'

/** Asks who can reach the node, again when that changes. Null for a node without this capability. */
export function useReach(): Asked<Reach | null> {
  return useAsked(
    api =>
      api.getReach({}).catch(error => {
        if (error.code !== 'unsupported') throw error
        return null
      }),
    [],
  )
}

/** Returns a link of the node with its address, and whom it works for. */
export function reachedLink(
  link: string,
  reach: Reach | null | undefined,
): { link: string; audience: Audience } {
  const whole = absoluteLink(link, reach?.address ?? undefined)
  return {
    link: whole,
    audience: whole.startsWith(`${reach?.address}/`) ? reach!.audience : audienceOf(whole),
  }
}
