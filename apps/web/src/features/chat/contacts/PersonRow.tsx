import type { ChatPerson } from '@shoal/api'
import type { ReactNode } from 'react'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/chat.ts'
import { Avatar } from '../Avatar.tsx'
import { VerifiedMark } from '../VerifiedMark.tsx'

interface Props {
  readonly person: Pick<ChatPerson, 'did' | 'name' | 'isVerified'>
  readonly isSelf?: boolean
  readonly facts: string
  /** Empty without a menu. */
  readonly items: readonly MenuItem[]
  readonly children?: ReactNode
}

/** A person in a list. */
export function PersonRow({ person, isSelf = false, facts, items, children }: Props) {
  const name = nameOf(person)
  return (
    <li className={layout.row3}>
      <Avatar name={name} seed={person.did} />
      <div className={layout.grow}>
        <div className={layout.row1}>
          <p className={`${layout.bold} ${layout.clip}`}>
            <bdi>{name}</bdi>
            {isSelf && ` (${texts.you})`}
          </p>
          <VerifiedMark person={person} />
        </div>
        <p className={layout.faint} title={person.did}>
          {facts}
        </p>
      </div>
      {items.length > 0 && (
        <Menu
          trigger={<IconButton icon="more" size="small" label={texts.menu.of({ name })} />}
          items={() => items}
        />
      )}
      {children}
    </li>
  )
}
