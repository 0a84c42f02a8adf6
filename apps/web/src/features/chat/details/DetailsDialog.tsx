import type { ChatConversation, ChatMember, InputOf } from '@shoal/api'
import { useState } from 'react'
import { useCleared } from '../../../shared/base/use-cleared.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { CheckField, TextField } from '../../../shared/controls/Field.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import type { MenuItem } from '../../../shared/controls/Menu.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { nodeMessage } from '../../../shared/format/error-message.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'
import { PersonRow } from '../contacts/PersonRow.tsx'
import { useContactMenu } from '../contacts/use-contact-menu.tsx'
import type { ChatStore } from '../state/chat-store.ts'
import { nameOfConversation } from '../text/names.ts'
import { PeopleFields, readPeople } from './PeopleFields.tsx'

const t = texts.details

interface Props {
  readonly store: ChatStore
  readonly conversation: ChatConversation
  onOpen(conversation: string): void
  onClose(): void
}

type Change = Omit<InputOf<'changeGroup'>, 'conversation'>

/** Members and settings of a conversation, which admins can change. */
export function DetailsDialog({ store, conversation, onOpen, onClose }: Props) {
  const { api } = useChatClient()
  const { isBusy, failure, run } = useWork()
  const { id, kind, state, members, rules, hub, hubProof, problems } = conversation
  const self = members.find(({ isSelf }) => isSelf)
  const isChangeable = kind === 'group' && state === 'member'
  const isAdmin = isChangeable && self?.isAdmin === true
  const mayAdd = isAdmin || (isChangeable && rules?.membersAdd === true)
  const change = (changes: Change, done?: () => void) =>
    run(async () => {
      store.put(await api.changeGroup({ conversation: id, ...changes }))
      notify(t.saved, { type: 'good' })
      done?.()
    })
  return (
    <Dialog open wide title={nameOfConversation(conversation)} onClose={onClose}>
      <div className={layout.stack4}>
        <p>{texts.promise[kind]}</p>
        {failure !== null && <Problem error={failure} />}
        {isBusy && <p role="status">{t.changing}</p>}
        {members.length > 0 && (
          <section className={layout.stack2}>
            <h3>{t.members}</h3>
            <ul className={layout.stack2}>
              {members.map(member => (
                <Member key={member.did} {...{ member, members, isAdmin, change, store, onOpen, onClose }} />
              ))}
            </ul>
          </section>
        )}
        {mayAdd && <AddPeople members={members} isBusy={isBusy} onAdd={add => change({ add })} />}
        {isAdmin && rules && <Rules key={JSON.stringify(rules)} {...{ conversation, isBusy, change }} />}
        {kind === 'group' && !isAdmin && rules && (
          <section className={layout.stack2}>
            <h3>{t.rules}</h3>
            <p>{rules.membersAdd ? t.ruleAdd.on : t.ruleAdd.off}</p>
            {rules.slowSeconds > 0 && <p>{texts.compose.slow({ count: rules.slowSeconds })}</p>}
          </section>
        )}
        <p className={`${layout.soft} ${layout.break}`}>
          {t.hub}: {hub}
        </p>
        {hubProof !== null && (
          <section className={layout.stack2}>
            <h3>{t.forked}</h3>
            <p>{t.forkedBody}</p>
            <div>
              <CopyButton text={hubProof}>{t.copyProof}</CopyButton>
            </div>
          </section>
        )}
        {problems.length > 0 && (
          <section className={layout.stack2}>
            <h3>{t.problems}</h3>
            <ul className={layout.stack1}>
              {problems.map(({ code, message, atMs }) => (
                <li key={`${code} ${atMs}`} className={layout.break}>
                  {shownName(nodeMessage(message))} <span className={layout.soft}>{formatDate(atMs)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Dialog>
  )
}

interface MemberProps extends Omit<Props, 'conversation'> {
  readonly member: ChatMember
  readonly members: readonly ChatMember[]
  readonly isAdmin: boolean
  change(changes: Change): void
}

function Member({ member, members, isAdmin, change, store, onOpen, onClose }: MemberProps) {
  const { api, setBlocked } = useChatClient()
  const { did, isSelf, isContact, isBlocked, devices } = member
  const [isRemoving, setRemoving] = useState(false)
  const name = nameOf(member)
  const admins = members.filter(each => each.isAdmin).map(each => each.did)
  const write = () =>
    void api.createPrivate({ person: did }).then(created => {
      store.put(created)
      onClose()
      onOpen(created.id)
    }, notifyError)
  const block = () => void setBlocked(did, !isBlocked).then(() => store.retry(), notifyError)
  const contact = useContactMenu(member)
  const items: readonly MenuItem[] = [
    { text: texts.menu.message, icon: 'chat', onSelect: write },
    ...contact.items,
    {
      text: (isBlocked ? texts.menu.unblock : texts.menu.block)({ name }),
      icon: 'close',
      onSelect: block,
    },
    ...(isAdmin
      ? ([
          { kind: 'separator' },
          {
            text: member.isAdmin ? texts.menu.unmakeAdmin : texts.menu.makeAdmin,
            icon: 'edit',
            onSelect: () =>
              change({
                admins: member.isAdmin ? admins.filter(each => each !== did) : [...admins, did],
              }),
          },
          {
            ...{ text: texts.menu.remove, icon: 'trash' as const, danger: true },
            onSelect: () => setRemoving(true),
          },
        ] as const)
      : []),
  ]
  return (
    <PersonRow
      person={member}
      isSelf={isSelf}
      facts={listOf(
        member.isAdmin ? t.admin : null,
        t.devices({ count: devices }),
        isSelf || isContact ? null : texts.notContact,
        isBlocked ? texts.blocked({ name }) : null,
      )}
      items={isSelf ? [] : items}
    >
      {contact.dialog}
      {isRemoving && (
        <ConfirmDialog
          title={texts.menu.remove}
          description={texts.removeConfirm({ name })}
          confirm={texts.menu.remove}
          onConfirm={() => change({ remove: [did] })}
          onClose={() => setRemoving(false)}
        />
      )}
    </PersonRow>
  )
}

function AddPeople(props: {
  readonly members: readonly ChatMember[]
  readonly isBusy: boolean
  onAdd(dids: string[]): void
}) {
  const { members, isBusy, onAdd } = props
  const [error, setError] = useState<string | null>(null)
  useCleared(error !== null, () => setError(null))
  return (
    <form
      className={layout.stack3}
      onSubmit={event => {
        event.preventDefault()
        const people = readPeople(new FormData(event.currentTarget))
        setError(people instanceof Error ? people.message : null)
        if (!(people instanceof Error)) onAdd(people)
      }}
    >
      <h3>{t.add}</h3>
      <PeopleFields several error={error} except={members.map(({ did }) => did)} />
      <div>
        <Button type="submit" icon="plus" disabled={isBusy}>
          {t.add}
        </Button>
      </div>
    </form>
  )
}

function Rules(props: {
  readonly conversation: ChatConversation
  readonly isBusy: boolean
  change(changes: Change): void
}) {
  const { conversation, isBusy, change } = props
  const { name, rules } = conversation
  return (
    <form
      className={layout.stack3}
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        change({
          name: String(form.get('name')).trim(),
          membersAdd: form.has('membersAdd'),
          slowSeconds: Number(form.get('slow')),
        })
      }}
    >
      <h3>{t.rules}</h3>
      <TextField label={t.name} name="name" defaultValue={name} required maxLength={100} autoComplete="off" />
      <CheckField
        label={t.membersAdd}
        hint={t.membersAddHint}
        name="membersAdd"
        defaultChecked={rules!.membersAdd}
      />
      <TextField
        label={t.slow}
        hint={t.slowHint}
        name="slow"
        type="number"
        min={0}
        max={86_400}
        step={1}
        required
        defaultValue={rules!.slowSeconds}
      />
      <div>
        <Button type="submit" disabled={isBusy}>
          {texts.save}
        </Button>
      </div>
    </form>
  )
}
