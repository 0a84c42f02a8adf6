import { LinkError, parseShareLink, writeShareLink } from '@shoal/links'
import { useEffect, useMemo } from 'react'
import WrongLink from './WrongLink.tsx'

/**
 * Replaces a link of an earlier version in the address with the same link in the current format,
 * which the page then opens.
 */
export default function OlderLink({ fragment }: { readonly fragment: string }) {
  const read = useMemo(() => {
    try {
      return { link: writeShareLink('', parseShareLink(fragment)) }
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      return { code: error.code }
    }
  }, [fragment])
  useEffect(() => {
    if (read.link !== undefined) location.replace(read.link)
  }, [read])
  return read.code !== undefined && <WrongLink code={read.code} />
}
