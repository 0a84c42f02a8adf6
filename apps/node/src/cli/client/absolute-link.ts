import type { Audience } from '@shoal/api'
import { audienceOf, linkAt } from '@shoal/links'
import { SHOAL } from '../../base/program.ts'
import { texts } from '../texts.ts'

/** Makes a share link absolute. If the node does not know an address for others, the link gets the address that the command used. */
export function absoluteLink<Link extends string | null>(link: Link, nodeUrl: string): Link {
  return (link === null ? null : linkAt(link, `${nodeUrl}/share/`)) as Link
}

/** Whom a share link works for: as the node says, or if it knows no address for others, as the address that the command used. */
export function linkAudience(
  { link, audience }: { readonly link: string | null; readonly audience: Audience | null },
  nodeUrl: string,
): Audience | null {
  return link?.startsWith('#') ? audienceOf(nodeUrl) : audience
}

/** Tells whom a link works for, and how to let others in. */
export function audienceText(audience: Audience): string {
  return audience === 'machine' ? texts.add.linkFor.machine({ shoal: SHOAL }) : texts.add.linkFor[audience]
}
