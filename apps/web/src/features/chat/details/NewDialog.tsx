import type { ChatConversation } from '@shoal/api'
import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useCleared } from '../../../shared/base/use-cleared.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CopyIcon } from '../../../shared/controls/CopyIcon.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { CheckField, SelectField, TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice, Segments } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'
import { PeopleFields, readPeople } from './PeopleFields.tsx'

const t = texts.create
const KINDS = ['private', 'group', 'share'] as const

interface Props {
  onCreated(conversation: ChatConversation): void
  onClose(): void
}

/** Starts a private conversation or a group, or joins the room of a share. */
export function NewDialog({ onCreated, onClose }: Props) {
  const client = useChatClient()
  const { api } = client
  const hubs = useAnswer(signal => client.listHubs(signal), [client]).value
  const [kind, setKind] = useState<(typeof KINDS)[number]>('private')
  const [error, setError] = useState<string | null>(null)
  useCleared(error !== null, () => setError(null))
  const { isBusy, failure, run } = useWork()
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<{ link: string; conversation: ChatConversation } | null>(null)
  const make = async (input: { hub?: string; link: string }) => {
    setMade(await api.createShareRoom(input))
    return null
  }
  const create = (form: FormData): Promise<ChatConversation | null> | null => {
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const at = text('hub') === '' ? {} : { hub: text('hub') }
    if (kind === 'share' && isMaking) return make({ ...at, link: text('link') })
    if (kind === 'share') return api.joinShareRoom({ ...at, link: text('link') })
    const people = readPeople(form)
    // A group may start with the user alone.
    const isAlone = people instanceof Error && people.message === t.nobody && kind === 'group'
    setError(people instanceof Error && !isAlone ? people.message : null)
    if (people instanceof Error && !isAlone) return null
    const add = people instanceof Error ? [] : people
    return kind === 'private'
      ? api.createPrivate({ ...at, person: add[0]! })
      : api.createGroup({ ...at, name: text('name'), add, membersAdd: form.has('membersAdd') })
  }
  const submit = (form: FormData) =>
    run(async () => {
      const created = await create(form)
      if (created) onCreated(created)
    })
  if (made) return <Made {...made} onOpen={() => onCreated(made.conversation)} onClose={onClose} />
  return (
    <FormDialog
      title={texts.new}
      confirm={kind !== 'share' ? t.begin : isMaking ? t.make : t.join}
      disabled={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Segments
        label={t.kind}
        value={kind}
        segments={KINDS.map(value => ({ value, text: t.kinds[value] }))}
        onChange={next => {
          setKind(next)
          setError(null)
        }}
      />
      <p className={layout.soft}>{texts.promise[kind]}</p>
      {hubs?.length === 0 && <Notice tone="info">{t.noHub}</Notice>}
      {failure !== null && <Problem error={failure} />}
      {kind === 'group' && (
        <TextField key="name" label={t.name} name="name" required maxLength={100} autoComplete="off" />
      )}
      {kind === 'share' ? (
        <TextField
          key="link"
          label={t.link}
          hint={t.linkHint}
          name="link"
          required
          maxLength={8192}
          autoComplete="off"
          spellCheck={false}
        />
      ) : (
        <PeopleFields several={kind === 'group'} error={error} />
      )}
      {kind === 'share' && (
        <CheckField
          label={t.makeRoom}
          hint={t.makeRoomHint}
          checked={isMaking}
          onChange={({ target }) => setMaking(target.checked)}
        />
      )}
      {kind === 'group' && <CheckField label={t.membersAdd} name="membersAdd" />}
      {hubs && hubs.length > 1 && (
        <SelectField
          label={t.hub}
          hint={kind === 'share' ? t.hubHintShare : t.hubHint}
          name="hub"
          options={hubs.map(({ url, name }) => ({ value: url, text: name }))}
        />
      )}
    </FormDialog>
  )
}

/** The link of a new room, which is shown only once. */
function Made(props: { readonly link: string; onOpen(): void; onClose(): void }) {
  const { link, onOpen, onClose } = props
  return (
    <Dialog
      open
      title={texts.new}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onOpen}>
          {t.openRoom}
        </Button>
      }
    >
      <div className={layout.stack2}>
        <p>{t.made}</p>
        <span className={layout.row1}>
          <span className={`${layout.mono} ${layout.break}`}>{link}</span>
          <CopyIcon text={link} what={t.newLink} />
        </span>
      </div>
    </Dialog>
  )
}
