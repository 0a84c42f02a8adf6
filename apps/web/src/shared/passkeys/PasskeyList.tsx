import type { NewPasskey, PasskeyCreation, PasskeyItem } from '@shoal/api'
import { type ReactNode, useState } from 'react'
import { useAnswer } from '../base/use-answer.ts'
import { useWork } from '../base/use-work.ts'
import { Button, IconButton } from '../controls/Button.tsx'
import { TextField } from '../controls/Field.tsx'
import { FormDialog } from '../controls/FormDialog.tsx'
import { Waiting } from '../controls/Loading.tsx'
import layout from '../controls/layout.module.css'
import { notify, notifyError } from '../controls/toasts.ts'
import { formatAgo, formatDate, listOf } from '../format/format.ts'
import { texts } from '../messages/passkeys.ts'
import { PasskeyProblem } from './PasskeyProblem.tsx'
import { hasPasskeys, type MadePasskey, makePasskey } from './passkeys.ts'

interface Items<Item> {
  readonly items: Item[]
}

/** The operations of a node or hub about its user's passkeys. */
interface PasskeyApi<Item> {
  listPasskeys(input: Record<string, never>, options: { signal: AbortSignal }): Promise<Items<Item>>
  requestNewPasskey(input: Record<string, never>): Promise<PasskeyCreation>
  addPasskey(input: { name: string; passkey: NewPasskey }): Promise<Items<Item>>
  removePasskey(input: { id: string }): Promise<Items<Item>>
}

interface ListProps<Item extends PasskeyItem> {
  readonly api: PasskeyApi<Item>
  /** Returns more details about a passkey. */
  readonly about?: (item: Item) => string | null
  /** Additional fields for a new passkey. */
  readonly fields?: ReactNode
  /**
   * Checks these fields. Resolves to a function that uses them when the passkey has been added; it
   * returns the passkeys, or null if it has not changed any.
   */
  readonly prepare?: () => Promise<(made: MadePasskey) => Promise<Items<Item> | null>>
}

/** The passkeys of a user, with buttons to add and remove them. */
export function PasskeyList<Item extends PasskeyItem>({ api, about, fields, prepare }: ListProps<Item>) {
  const asked = useAnswer(signal => api.listPasskeys({}, { signal }), [])
  const [isAdding, setAdding] = useState(false)
  const [isPossible] = useState(hasPasskeys)
  const { isBusy, run } = useWork()
  if (!asked.value) return <Waiting asked={asked} />
  const { items } = asked.value
  return (
    <div className={layout.stack3}>
      <p className={layout.soft}>{isPossible ? texts.body : texts.notHere}</p>
      <ul className={layout.stack2} aria-label={texts.title}>
        {items.map(item => (
          <li key={item.id} className={layout.row2}>
            <div className={layout.grow}>
              <div className={layout.break}>{item.name}</div>
              <div className={layout.soft}>
                {listOf(
                  about?.(item) ?? null,
                  texts.added({ date: formatDate(item.createdMs, 'date') }),
                  texts.used({ ago: formatAgo(item.usedMs) }),
                )}
              </div>
            </div>
            <IconButton
              icon="trash"
              label={texts.remove({ name: item.name })}
              disabled={isBusy}
              onClick={() => run(() => api.removePasskey({ id: item.id }).then(asked.set, notifyError))}
            />
          </li>
        ))}
      </ul>
      {items.length === 0 && <p className={layout.soft}>{texts.none}</p>}
      {isPossible && (
        <div>
          <Button icon="plus" onClick={() => setAdding(true)}>
            {texts.add}
          </Button>
        </div>
      )}
      {isAdding && (
        <AddPasskey
          {...(prepare && { prepare })}
          {...{ api, fields }}
          onChanged={asked.set}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  )
}

interface AddProps<Item extends PasskeyItem> extends Omit<ListProps<Item>, 'about'> {
  onChanged(items: Items<Item>): void
  onClose(): void
}

function AddPasskey<Item extends PasskeyItem>({ api, fields, prepare, onChanged, onClose }: AddProps<Item>) {
  const [name, setName] = useState('')
  const { isBusy, failure, run } = useWork()
  const add = () =>
    run(async () => {
      const use = await prepare?.()
      const made = await makePasskey(await api.requestNewPasskey({}))
      onChanged(await api.addPasskey({ name: name.trim(), passkey: made.passkey }))
      notify(texts.done, { type: 'good' })
      onClose()
      const changed = await use?.(made).catch(notifyError)
      if (changed) onChanged(changed)
    })
  return (
    <FormDialog
      title={texts.add}
      disabled={isBusy || name.trim() === ''}
      className={layout.stack3}
      onSubmit={add}
      onClose={onClose}
    >
      <TextField
        label={texts.name}
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      {fields}
      <PasskeyProblem failure={failure} />
    </FormDialog>
  )
}
