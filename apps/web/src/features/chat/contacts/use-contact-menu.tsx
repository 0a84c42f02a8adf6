import type { ChatPerson } from '@shoal/api'
import { type ReactNode, useState } from 'react'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import type { MenuItem } from '../../../shared/controls/Menu.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { texts as chat } from '../../../shared/messages/chat.ts'
import { texts } from '../../../shared/messages/people.ts'
import { VerifyDialog } from '../../../shared/people/VerifyDialog.tsx'
import { type ChatContact, type ChatContacts, useChatClient } from '../chat-client.ts'

const t = texts.contacts

type Person = Pick<ChatPerson, 'did' | 'name' | 'isContact'> & Partial<Pick<ChatContact, 'verifiedMs'>>

/**
 * Returns the actions for a person as a contact, and their dialogs. There are none if contacts are
 * managed elsewhere.
 */
export function useContactMenu(person: Person): {
  readonly items: readonly MenuItem[]
  readonly dialog: ReactNode
} {
  const { contacts } = useChatClient()
  const [asking, setAsking] = useState<'name' | 'keys' | null>(null)
  if (!contacts) return { items: [], dialog: null }
  const { did, isContact, verifiedMs = null } = person
  const change = (changes: Parameters<ChatContacts['change']>[1]) =>
    void contacts.change(did, changes).catch(notifyError)
  const items: readonly MenuItem[] = [
    {
      text: isContact ? t.remove : t.asContact,
      icon: isContact ? 'close' : 'plus',
      onSelect: () => change({ isContact: !isContact }),
    },
    { text: t.rename, icon: 'edit', onSelect: () => setAsking('name') },
    { text: t.compare, icon: 'lock', onSelect: () => setAsking('keys') },
    ...(verifiedMs === null
      ? []
      : [{ text: t.unverify, icon: 'close' as const, onSelect: () => change({ isVerified: false }) }]),
  ]
  const close = () => setAsking(null)
  const dialog =
    asking === 'name' ? (
      <NameDialog person={person} onName={name => change({ name })} onClose={close} />
    ) : asking === 'keys' ? (
      <VerifyDialog
        ask={signal => contacts.getVerification(did, signal)}
        verify={async seen => {
          await contacts.verify(did, seen)
          notify(t.matches({ name: nameOf(person) }), { type: 'good' })
        }}
        onClose={close}
      />
    ) : null
  return { items, dialog }
}

function NameDialog(props: { person: Person; onName(name: string | null): void; onClose(): void }) {
  const { person, onName, onClose } = props
  return (
    <FormDialog
      title={t.rename}
      confirm={chat.save}
      onSubmit={form => {
        onClose()
        onName(String(form.get('name')).trim() || null)
      }}
      onClose={onClose}
    >
      <NameField initial={person.name ?? ''} />
    </FormDialog>
  )
}

export function NameField({ initial }: { readonly initial: string }) {
  return (
    <TextField
      label={t.name}
      hint={t.nameHint}
      name="name"
      defaultValue={initial}
      maxLength={64}
      autoComplete="off"
    />
  )
}
