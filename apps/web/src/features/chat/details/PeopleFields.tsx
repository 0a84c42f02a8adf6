import { useAnswer } from '../../../shared/base/use-answer.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { CheckField, SelectField, TextArea, TextField } from '../../../shared/controls/Field.tsx'
import { Loading } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'

const t = texts.create
const DID = /^did:key:z[1-9A-HJ-NP-Za-km-z]{40,60}$/

interface Props {
  readonly several: boolean
  readonly error: string | null
  /** DIDs that are not offered. */
  readonly except?: readonly string[]
}

/** Contacts to choose from, and a field for the DIDs of others. */
export function PeopleFields({ several, error, except = [] }: Props) {
  const client = useChatClient()
  const asked = useAnswer(signal => client.listPersons(signal), [client])
  const people = (asked.value ?? []).filter(({ did }) => !except.includes(did))
  const label = several ? t.dids : t.did
  return (
    <>
      {asked.loading && !asked.value && <Loading />}
      {people.length > 0 && !several && (
        <SelectField
          label={t.person}
          name="person"
          options={[
            ...people.map(person => ({ value: person.did, text: nameOf(person) })),
            { value: '', text: t.other },
          ]}
        />
      )}
      {people.length > 0 && several && (
        <fieldset className={layout.stack1}>
          <legend>{t.people}</legend>
          {people.map(person => (
            <CheckField
              key={person.did}
              label={<bdi>{nameOf(person)}</bdi>}
              hint={<span className={layout.break}>{person.did}</span>}
              name="person"
              value={person.did}
            />
          ))}
        </fieldset>
      )}
      {asked.value && people.length === 0 && !several && <p className={layout.muted}>{t.noPeople}</p>}
      {several ? (
        <TextArea label={label} hint={t.didHint} error={error} name="dids" rows={2} spellCheck={false} />
      ) : (
        <TextField
          label={label}
          hint={t.didHint}
          error={error}
          name="dids"
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </>
  )
}

/** Returns the DIDs of the persons in a form, or its error. */
export function readPeople(form: FormData): string[] | Error {
  const typed = String(form.get('dids') ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean)
  if (typed.some(did => !DID.test(did))) return new Error(t.wrongDid)
  const people = [...new Set([...typed, ...form.getAll('person').map(String)])].filter(Boolean)
  return people.length === 0 ? new Error(t.nobody) : people
}
