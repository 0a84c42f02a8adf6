import type { Audience, Reach } from '@shoal/api'
import { audienceOf } from '@shoal/links'
import { absoluteLink } from '../dropped/links.ts'
import { type Asked, useAsked } from '../node/context.tsx'

/** Returns who can reach the node, kept up to date. Null for a node without this capability. */
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

/** Returns a link of the node as an absolute address, and for whom it works. */
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
