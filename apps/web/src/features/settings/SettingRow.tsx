import { useId, useState } from 'react'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/texts.ts'
import { Control } from './Control.tsx'
import { describeField } from './field-text.ts'
import { IpFilterLines } from './IpFilterLines.tsx'
import type { SettingField, SettingProblem } from './model.ts'
import styles from './settings.module.css'

const say = texts.settings

export interface SettingRowProps {
  readonly field: SettingField
  readonly value: unknown
  readonly problem: SettingProblem | undefined
  /** Whether the command line or the environment sets it. */
  readonly fixed: boolean
  onChange(value: unknown): void
}

/** One setting: its name and explanation, its control, and the problem with the entered value. */
export function SettingRow({ field, value, problem, fixed, onChange }: SettingRowProps) {
  const id = useId()
  const [wrong, setWrong] = useState<string | null>(null)
  const { title, description } = describeField(field)
  const said = wrong ?? problem?.message
  const described = [description && `${id}-about`, said && `${id}-wrong`, fixed && `${id}-fixed`].filter(
    Boolean,
  )
  const isWide = field.kind === 'schedule' || field.kind === 'entries' || field.kind === 'arguments'
  const hasOwnLabels = isWide
  return (
    <div
      id={field.name}
      className={isWide ? `${styles.row} ${styles.wideRow}` : styles.row}
      data-kind={field.kind}
    >
      <div className={styles.about}>
        {hasOwnLabels ? <h3 id={`${id}-name`}>{title}</h3> : <label htmlFor={id}>{title}</label>}
        {description && <p id={`${id}-about`}>{description}</p>}
        {fixed && (
          <p id={`${id}-fixed`} className={styles.fixed}>
            <Icon name="lock" size={14} />
            {say.fixed}
          </p>
        )}
      </div>
      <div className={`${layout.stack1} ${styles.control}`}>
        <Control
          id={id}
          field={field}
          value={value}
          title={title}
          disabled={fixed}
          invalid={said !== undefined && said !== null}
          wrongEntry={problem?.entry ?? null}
          describedBy={described.length > 0 ? described.join(' ') : undefined}
          onChange={next => {
            setWrong(null)
            onChange(next)
          }}
          onWrong={setWrong}
        />
        {field.name === 'privacy.ipFilter' && typeof value === 'string' && !said && (
          <IpFilterLines path={value} />
        )}
        {said && (
          <p id={`${id}-wrong`} className={`${layout.bad} ${layout.small} ${styles.wrong}`} role="alert">
            {said}
          </p>
        )}
      </div>
    </div>
  )
}
