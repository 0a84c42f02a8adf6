import { useEffect, useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Problem, Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import type { MenuItem } from '../../../shared/controls/Menu.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { texts as chat } from '../../../shared/messages/chat.ts'
import { texts } from '../../../shared/messages/people.ts'
import { OwnCode } from '../../../shared/people/VerifyDialog.tsx'
import { CodeReader } from '../../../shared/scanning/CodeReader.tsx'
import { type ChatContact, type ChatContacts, useChatClient } from '../chat-client.ts'
import type { ChatStore } from '../state/chat-store.ts'
import { PersonRow } from './PersonRow.tsx'
import { NameField, useContactMenu } from './use-contact-menu.tsx'

const t = texts.contacts

interface Props {
  readonly contacts: ChatContacts
  readonly store: ChatStore
  onOpen(conversation: string): void
  onClose(): void
}

/** The user's contacts, and other known persons. */
export default function ContactsDialog({ contacts, store, onOpen, onClose }: Props) {
  const { listen } = useChatClient()
  const asked = useAnswer(signal => contacts.list(signal), [contacts])
  const { reload } = asked
  useEffect(
    () => listen(event => event.type === 'chat' && event.conversation === null && reload()),
    [listen, reload],
  )
  const people = [...(asked.value ?? [])].sort((one, other) => nameOf(one).localeCompare(nameOf(other)))
  const known = people.filter(({ isContact }) => isContact)
  const others = people.filter(({ isContact }) => !isContact)
  const row = (person: ChatContact) => <Row key={person.did} {...{ person, store, onOpen, onClose }} />
  return (
    <Dialog open wide title={t.title} onClose={onClose}>
      <div className={layout.stack4}>
        <p className={layout.soft}>{t.intro}</p>
        {asked.value ? (
          <>
            {known.length === 0 && <p className={layout.muted}>{t.empty}</p>}
            <ul className={layout.stack2}>{known.map(row)}</ul>
          </>
        ) : (
          <Waiting asked={asked} />
        )}
        <AddContact contacts={contacts} />
        <OwnPart contacts={contacts} />
        {others.length > 0 && (
          <section className={layout.stack2}>
            <h3>{t.others}</h3>
            <ul className={layout.stack2}>{others.map(row)}</ul>
          </section>
        )}
      </div>
    </Dialog>
  )
}

function Row(props: Omit<Props, 'contacts'> & { readonly person: ChatContact }) {
  const { person, store, onOpen, onClose } = props
  const { did, isBlocked, isContact, devices, verifiedMs } = person
  const { api, setBlocked } = useChatClient()
  const { items, dialog } = useContactMenu(person)
  const name = nameOf(person)
  const write = () =>
    void api.createPrivate({ person: did }).then(created => {
      store.put(created)
      onClose()
      onOpen(created.id)
    }, notifyError)
  const all: readonly MenuItem[] = [
    { text: chat.menu.message, icon: 'chat', onSelect: write },
    ...items,
    {
      text: (isBlocked ? chat.menu.unblock : chat.menu.block)({ name }),
      ...{ icon: 'close' as const, danger: !isBlocked },
      onSelect: () => void setBlocked(did, !isBlocked).catch(notifyError),
    },
  ]
  const facts = listOf(
    verifiedMs === null
      ? isContact
        ? t.notVerified
        : null
      : t.verified({ date: formatDate(verifiedMs, 'date') }),
    devices === null ? t.unknown : t.devices({ count: devices }),
    isBlocked ? chat.blocked({ name }) : null,
  )
  return (
    <PersonRow person={person} facts={facts} items={all}>
      {dialog}
    </PersonRow>
  )
}

function AddContact({ contacts }: Pick<Props, 'contacts'>) {
  const { isBusy, failure, run } = useWork()
  // A new key creates a new form, which empties the fields.
  const [round, setRound] = useState(0)
  const add = (text: string, name: string) =>
    run(async () => {
      const person = await contacts.add({ text: text.trim(), name: name.trim() || null })
      const addedText = person.verifiedMs === null ? t.added : t.addedVerified
      notify(addedText({ name: nameOf(person) }), { type: 'good' })
      setRound(before => before + 1)
    })
  return (
    <form
      key={round}
      className={layout.stack3}
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        add(String(form.get('text')), String(form.get('name')))
      }}
    >
      <h3>{t.add}</h3>
      <NameField initial="" />
      <TextField
        label={t.code}
        hint={t.codeHint}
        name="text"
        required
        autoComplete="off"
        spellCheck={false}
      />
      <span>
        <Button size="small" type="submit" disabled={isBusy}>
          {t.add}
        </Button>
      </span>
      <CodeReader prefix="shoal:person/" disabled={isBusy} onCode={code => add(code, '')} />
      {failure !== null && <Problem error={failure} />}
    </form>
  )
}

/** The code that others scan or paste. */
function OwnPart({ contacts }: Pick<Props, 'contacts'>) {
  const [code, setCode] = useState<string | null>(null)
  const show = () => void contacts.ownCode(new AbortController().signal).then(setCode, notifyError)
  return (
    <section className={layout.stack2}>
      <span>
        <Button size="small" onClick={code === null ? show : () => setCode(null)}>
          {code === null ? t.show : t.hide}
        </Button>
      </span>
      {code !== null && <OwnCode text={code} />}
    </section>
  )
}
