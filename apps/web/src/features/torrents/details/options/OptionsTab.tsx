import type { TorrentDetail, UpdateTorrent } from '@shoal/api'
import { useId, useRef, useState } from 'react'
import { useCleared } from '../../../../shared/base/use-cleared.ts'
import { SwitchField, TextField } from '../../../../shared/controls/Field.tsx'
import { Waiting } from '../../../../shared/controls/Loading.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { Card, Notice } from '../../../../shared/controls/Panels.tsx'
import { notify, toasts } from '../../../../shared/controls/toasts.ts'
import { messageOf } from '../../../../shared/format/errors.ts'
import { LabelNames } from '../../../../shared/forms/LabelNames.tsx'
import { RateField } from '../../../../shared/forms/RateField.tsx'
import { parseTags } from '../../../../shared/forms/tags.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { useTorrentPage } from '../torrent-page.ts'
import { LimitField } from './LimitField.tsx'
import styles from './options.module.css'

const say = texts.torrent.options

/** Options of this torrent. Each change is saved at once. */
export function OptionsTab() {
  const { detail } = useTorrentPage()
  return detail.value ? <Options detail={detail.value} onSaved={detail.set} /> : <Waiting asked={detail} />
}

interface OptionsProps {
  readonly detail: TorrentDetail
  onSaved(detail: TorrentDetail): void
}

function Options({ detail, onSaved }: OptionsProps) {
  const { api, torrents } = useNode()
  const [problem, setProblem] = useState<string | null>(null)
  useCleared(problem !== null, () => setProblem(null))
  // The next notification replaces the last one, so that they do not pile up.
  const lastNote = useRef('')
  const save = async (change: Omit<UpdateTorrent, 'id'>) => {
    // Shown at once: a switch that waits for the node feels broken.
    const show = (shown: TorrentDetail) => {
      const { label, tags, sequential, superSeeding, firstLastFirst } = shown
      torrents.assume(detail.id, { label, tags, sequential, superSeeding, firstLastFirst })
      onSaved(shown)
    }
    show({ ...detail, ...change } as TorrentDetail)
    try {
      show(await api.updateTorrent({ id: detail.id, ...change }))
      setProblem(null)
      toasts.close(lastNote.current)
      lastNote.current = notify(say.saved, { type: 'good', timeoutMs: 2000 })
    } catch (error) {
      show(detail)
      setProblem(messageOf(error))
    }
  }
  return (
    <div className={styles.options}>
      {problem && <Notice>{problem}</Notice>}
      <Card title={say.organise}>
        <Naming key={`${detail.label} ${detail.tags.join()}`} detail={detail} save={save} />
      </Card>
      <Card title={say.limits}>
        <Rate
          name={say.downloadLimit}
          value={detail.downloadLimitBytesPerSecond}
          onChange={downloadLimitBytesPerSecond => void save({ downloadLimitBytesPerSecond })}
        />
        <Rate
          name={say.uploadLimit}
          value={detail.uploadLimitBytesPerSecond}
          onChange={uploadLimitBytesPerSecond => void save({ uploadLimitBytesPerSecond })}
        />
        <p className={layout.soft}>{say.limitHint}</p>
      </Card>
      <Card title={say.end}>
        <LimitField
          label={say.ratioLimit}
          step={0.1}
          value={detail.ratioLimit}
          onChange={ratioLimit => void save({ ratioLimit })}
        />
        <LimitField
          label={say.timeLimit}
          step={1}
          value={detail.seedingTimeLimitMinutes}
          onChange={seedingTimeLimitMinutes => void save({ seedingTimeLimitMinutes })}
        />
      </Card>
    </div>
  )
}

interface NamingProps {
  readonly detail: TorrentDetail
  save(change: Omit<UpdateTorrent, 'id'>): Promise<void>
}

function Naming({ detail, save }: NamingProps) {
  const list = useId()
  const [label, setLabel] = useState(detail.label ?? '')
  const [tags, setTags] = useState(detail.tags.join(', '))
  const saveLabel = () => {
    const next = label.trim() || null
    if (next !== detail.label) void save({ label: next })
  }
  const saveTags = () => {
    const next = parseTags(tags)
    if (next.join() !== detail.tags.join()) void save({ tags: next })
  }
  return (
    <>
      <TextField
        label={say.label}
        hint={say.labelHint}
        placeholder={say.labelNone}
        list={list}
        value={label}
        onChange={event => setLabel(event.target.value)}
        onBlur={saveLabel}
        onKeyDown={event => event.key === 'Enter' && saveLabel()}
      />
      <LabelNames id={list} />
      <TextField
        label={say.tags}
        hint={say.tagsHint}
        value={tags}
        onChange={event => setTags(event.target.value)}
        onBlur={saveTags}
        onKeyDown={event => event.key === 'Enter' && saveTags()}
      />
      <SwitchField
        label={say.sequential}
        hint={say.sequentialHint}
        checked={detail.sequential}
        onChange={event => void save({ sequential: event.target.checked })}
      />
      <SwitchField
        label={say.firstLastFirst}
        hint={say.firstLastFirstHint}
        checked={detail.firstLastFirst}
        onChange={event => void save({ firstLastFirst: event.target.checked })}
      />
      <SwitchField
        label={say.superSeeding}
        hint={say.superSeedingHint}
        checked={detail.superSeeding}
        onChange={event => void save({ superSeeding: event.target.checked })}
      />
    </>
  )
}

function Rate(props: { name: string; value: number | null; onChange: (rate: number | null) => void }) {
  const id = useId()
  const [wrong, setWrong] = useState(false)
  return (
    <div className={`${layout.stack1} ${styles.rate}`}>
      <span>{props.name}</span>
      <RateField
        label={props.name}
        value={props.value}
        invalid={wrong}
        describedBy={wrong ? id : undefined}
        onChange={props.onChange}
        onWrong={setWrong}
      />
      {wrong && (
        <p id={id} className={`${layout.small} ${layout.bad}`} role="alert">
          {texts.settings.wrongRate}
        </p>
      )}
    </div>
  )
}
