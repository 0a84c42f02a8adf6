import type { ChatPerson } from '@shoal/api'
import { nameOf } from '../../shared/chat/shown-text.ts'
import { Icon } from '../../shared/controls/Icon.tsx'
import { texts } from '../../shared/messages/chat.ts'
import styles from './chat.module.css'

/** A mark next to the name of a person with whom the user has compared keys. */
export function VerifiedMark({ person }: { person: Pick<ChatPerson, 'did' | 'name' | 'isVerified'> }) {
  if (!person.isVerified) return null
  const text = texts.verified({ name: nameOf(person) })
  return (
    <span className={styles.verified} role="img" aria-label={text} title={text}>
      <Icon name="verified" size={15} />
    </span>
  )
}
