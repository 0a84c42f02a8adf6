import type { Seal } from '@shoal/links'
import { texts } from '../../texts/share-page.ts'
import { Notice } from './parts.tsx'

/** What a sealed share asks for. */
export function Sealed({ seal }: { readonly seal: Seal }) {
  return (
    <Notice tone="info">
      <p>{texts.seal[seal.by]}</p>
      <p>{texts.seal.notYet}</p>
    </Notice>
  )
}
