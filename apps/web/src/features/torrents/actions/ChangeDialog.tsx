import { type ReactNode, useState } from 'react'
import { SelectField, TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { parseRate } from '../../../shared/forms/rate.ts'
import { parseTags } from '../../../shared/forms/tags.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useNode } from '../../../shared/node/context.tsx'
import type { QuestionProps, TorrentChange } from './torrent-actions.ts'

const t = texts.actions.changeDialog

/**
 * Changes tags, limits and order of one or several torrents. Fields that are not changed keep the
 * value of each torrent.
 */
export function ChangeDialog({ ids, actions, onClose }: QuestionProps) {
  const node = useNode()
  const [change, setChange] = useState<Changes>({})
  const [tags, setTags] = useState({ add: '', remove: '' })
  const known = [...new Set(ids.flatMap(id => node.torrents.get(id)?.tags ?? []))]
  const set = (more: Changes) => setChange({ ...change, ...more })
  const isWrong = Object.values(change).includes('wrong')
  const addTags = parseTags(tags.add)
  const removeTags = parseTags(tags.remove)
  const whole = {
    ...change,
    ...(addTags.length > 0 && { addTags }),
    ...(removeTags.length > 0 && { removeTags }),
  }
  const isEmpty = Object.values(whole).every(value => value === undefined)
  return (
    <FormDialog
      title={t.title({ count: ids.length })}
      confirm={t.confirm}
      disabled={isWrong || isEmpty}
      onClose={onClose}
      onSubmit={() => {
        onClose()
        void actions.change(ids, whole as TorrentChange)
      }}
    >
      <TextField
        label={t.addTags}
        hint={t.tagsHint}
        value={tags.add}
        autoComplete="off"
        onChange={event => setTags({ ...tags, add: event.target.value })}
      />
      <TextField
        label={t.removeTags}
        hint={known.length > 0 ? t.hasTags({ tags: known.join(', ') }) : t.hasNoTags}
        value={tags.remove}
        autoComplete="off"
        onChange={event => setTags({ ...tags, remove: event.target.value })}
      />
      <Limit
        label={t.downloadLimit}
        none={t.unlimited}
        parse={parseRateLimit}
        unit={t.rate}
        onChange={downloadLimitBytesPerSecond => set({ downloadLimitBytesPerSecond })}
      />
      <Limit
        label={t.uploadLimit}
        none={t.unlimited}
        parse={parseRateLimit}
        unit={t.rate}
        onChange={uploadLimitBytesPerSecond => set({ uploadLimitBytesPerSecond })}
      />
      <Limit
        label={t.ratioLimit}
        none={t.asSettings}
        never
        parse={parsePositive}
        unit={t.ratio}
        onChange={ratioLimit => set({ ratioLimit })}
      />
      <Limit
        label={t.timeLimit}
        none={t.asSettings}
        never
        parse={parsePositive}
        unit={t.minutes}
        onChange={seedingTimeLimitMinutes => set({ seedingTimeLimitMinutes })}
      />
      <SelectField
        label={t.sequential}
        options={[
          { value: 'leave', text: t.leave },
          { value: 'on', text: t.on },
          { value: 'off', text: t.off },
        ]}
        onChange={({ target: { value } }) =>
          set({ sequential: value === 'leave' ? undefined : value === 'on' })
        }
      />
    </FormDialog>
  )
}

/** Undefined: unchanged. Null: no limit of its own. */
type Limited = number | null | undefined | 'wrong'

interface Changes {
  readonly downloadLimitBytesPerSecond?: Limited
  readonly uploadLimitBytesPerSecond?: Limited
  readonly ratioLimit?: Limited
  readonly seedingTimeLimitMinutes?: Limited
  readonly sequential?: boolean | undefined
}

interface LimitProps {
  readonly label: string
  /** The choice for null. */
  readonly none: string
  /** Whether 0 can be chosen, which means never. */
  readonly never?: boolean
  readonly unit: string
  parse(text: string): number | 'wrong'
  onChange(value: Limited): void
}

/** A limit that is kept, removed or set. */
function Limit({ label, none, never = false, unit, parse, onChange }: LimitProps): ReactNode {
  const [own, setOwn] = useState(false)
  const [written, setWritten] = useState('')
  const wrong = own && written !== '' && parse(written) === 'wrong'
  const choose = (kind: string) => {
    setOwn(kind === 'own')
    if (kind === 'own') onChange(parse(written))
    else if (kind === 'none') onChange(null)
    else onChange(kind === 'never' ? 0 : undefined)
  }
  return (
    <>
      <SelectField
        label={label}
        options={[
          { value: 'leave', text: t.leave },
          { value: 'none', text: none },
          ...(never ? [{ value: 'never', text: t.never }] : []),
          { value: 'own', text: t.own },
        ]}
        onChange={event => choose(event.target.value)}
      />
      {own && (
        <TextField
          label={`${label} (${unit})`}
          inputMode="decimal"
          autoFocus
          value={written}
          error={wrong ? t.wrong : undefined}
          onChange={({ target: { value } }) => {
            setWritten(value)
            onChange(parse(value))
          }}
        />
      )}
    </>
  )
}

function parseRateLimit(text: string): number | 'wrong' {
  return parseRate(text, 'kB/s') ?? 'wrong'
}

function parsePositive(text: string): number | 'wrong' {
  const number = Number(text.replace(',', '.'))
  return number > 0 && number < 1e9 ? number : 'wrong'
}
