import type { Audience } from '@shoal/api'
import { audienceOf, linkAt } from '@shoal/links'
import { SHOAL } from '../../base/program.ts'
import { texts } from '../texts.ts'

/**
 * Makes a share link absolute. If the node does not know an address for others, the link gets the
 * address that the command used.
 */
export function absoluteLink<Link extends string | null>(link: Link, nodeUrl: string): Link {
  return (link === null ? null : linkAt(link, `${nodeUrl}/share/`)) as Link
}

/**
 * Returns who can use a share link: according to the node, or if it knows no address for others, to
 * the address that the command used.
 */
export function linkAudience(
  { link, audience }: { readonly link: string | null; readonly audience: Audience | null },
  nodeUrl: string,
): Audience | null {
  return link?.startsWith('#') ? audienceOf(nodeUrl) : audience
}

/** Explains who can use a link, and how to open the node to others. */
export function audienceText(audience: Audience): string {
  return audience === 'machine' ? texts.add.linkFor.machine({ shoal: SHOAL }) : texts.add.linkFor[audience]
}
