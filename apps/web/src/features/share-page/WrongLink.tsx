import type { LinkErrorCode } from '@shoal/links'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { texts } from '../../shared/messages/share-page.ts'
import { LinkField } from './LinkField.tsx'

/** Says why a link is invalid, and what to do. */
export default function WrongLink({ code }: { readonly code: LinkErrorCode }) {
  return (
    <div role="alert">
      <EmptyState page icon="link" title={texts.link.wrong[code]} actions={<LinkField />}>
        {texts.link.help[code]}
      </EmptyState>
    </div>
  )
}
