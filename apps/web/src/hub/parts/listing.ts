import type { Category } from '@shoal/hub-api'
import { findText } from '@shoal/messages'
import type { Option } from '../../shared/controls/Field.tsx'
import { texts } from '../../shared/messages/hub.ts'

/** All categories, with their names. */
export const CATEGORY_OPTIONS = Object.entries(texts.categories).map(([value, text]) => ({
  value: value as Category,
  text,
})) satisfies readonly Option[]

/** Returns the name of a category; if this page does not know it, the hub's name. */
export function categoryName(category: string): string {
  return findText(texts.categories, category) ?? category
}

export function thumbnailPath(id: string, name: string): string {
  return `/api/listings/${encodeURIComponent(id)}/thumbnails/${encodeURIComponent(name)}`
}

/** The link of a listing, which is untrusted, and whether a browser may follow it. */
export interface ListingLink {
  readonly kind: 'magnet' | 'web' | 'other'
  readonly href: string
}

export function readLink(link: string): ListingLink {
  if (/^magnet:\?/i.test(link)) return { kind: 'magnet', href: link }
  if (/^https?:\/\//i.test(link) && URL.canParse(link)) return { kind: 'web', href: link }
  return { kind: 'other', href: link }
}
