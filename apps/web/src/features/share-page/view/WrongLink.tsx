import type { LinkErrorCode } from '@shoal/links'
import { Icon } from '../../../shared/controls/Icon.tsx'
import look from '../../../shared/controls/Parts.module.css'
import { texts } from '../../../shared/messages/share-page.ts'
import { LinkField } from './LinkField.tsx'

/** A link that cannot be read: why, and what to do. */
export function WrongLink({ code, message }: { readonly code: LinkErrorCode; readonly message: string }) {
  return (
    <div className={look.empty} role="alert">
      <div className={look.picture}>
        <Icon name="link" size={34} />
      </div>
      <h1>{texts.link.wrong[code]}</h1>
      <p>{message.charAt(0).toUpperCase() + message.slice(1)}.</p>
      <LinkField />
    </div>
  )
}
