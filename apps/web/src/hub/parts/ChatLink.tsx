import { Icon } from '../../shared/controls/Icon.tsx'
import { texts } from '../../shared/messages/hub.ts'

interface Props {
  /** The address of the app. */
  readonly app: string
  readonly className?: string | undefined
}

/**
 * Opens the chat app for this hub. The app reads the hub's address from the fragment. The hub does
 * not serve any part of the app.
 */
export function ChatLink({ app, className }: Props) {
  return (
    <a
      className={className}
      href={`${app}#hub=${encodeURIComponent(location.origin)}`}
      target="_blank"
      rel="noreferrer"
    >
      <Icon name="chat" size={20} />
      <span>{texts.openChat}</span>
    </a>
  )
}
