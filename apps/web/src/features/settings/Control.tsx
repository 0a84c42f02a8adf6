import type { ScheduledLimit } from '@shoal/api'
import { lazy, Suspense } from 'react'
import { controlClass, switchClass } from '../../shared/controls/Field.tsx'
import { useFeatures } from '../../shared/feature.ts'
import { RateField } from '../../shared/forms/RateField.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { optionText } from './field-text.ts'
import type { ControlProps } from './model.ts'
import { NumberField } from './NumberField.tsx'
import { PathField } from './PathField.tsx'

const ScheduleEditor = lazy(() => import('./ScheduleEditor.tsx'))
const LinesEditor = lazy(() => import('./LinesEditor.tsx'))
const ArgumentsEditor = lazy(() => import('./ArgumentsEditor.tsx'))

/** The control for the kind of a setting. */
export function Control(props: ControlProps) {
  const features = useFeatures()
  const Editor = features.flatMap(({ settingEditors }) => settingEditors?.[props.field.name] ?? [])[0]
  const { id, field, value, title, disabled, invalid, describedBy, onChange, onWrong } = props
  const common = { id, disabled, 'aria-describedby': describedBy, 'aria-invalid': invalid || undefined }
  if (Editor)
    return (
      <Suspense fallback={null}>
        <Editor value={value as never} disabled={disabled} onChange={onChange} />
      </Suspense>
    )
  switch (field.kind) {
    case 'boolean':
      return (
        <input
          {...common}
          type="checkbox"
          role="switch"
          aria-checked={value === true}
          className={switchClass}
          checked={value === true}
          onChange={event => onChange(event.target.checked)}
        />
      )
    case 'choice':
      return (
        <select
          {...common}
          className={controlClass}
          value={String(value)}
          onChange={event => onChange(event.target.value)}
        >
          {field.options.map(option => (
            <option key={option} value={option}>
              {optionText(field, option)}
            </option>
          ))}
        </select>
      )
    case 'rate':
      return (
        <RateField
          id={id}
          label={title}
          value={value as number | null}
          disabled={disabled}
          invalid={invalid}
          describedBy={describedBy}
          onChange={onChange}
          onWrong={wrong => onWrong(wrong ? texts.settings.wrongRate : null)}
        />
      )
    case 'integer':
    case 'number':
      return <NumberField {...props} value={value as number | null} />
    case 'path':
    case 'text':
      return <PathField {...props} value={value as string | null} />
    default:
      return (
        <Suspense fallback={null}>
          <ListControl {...props} />
        </Suspense>
      )
  }
}

function ListControl(props: ControlProps) {
  const { id, field, value, disabled, invalid, wrongEntry, describedBy, onChange } = props
  const common = { disabled, onChange }
  if (field.kind === 'lines')
    return (
      <LinesEditor
        {...common}
        id={id}
        invalid={invalid}
        describedBy={describedBy}
        lines={value as string[]}
      />
    )
  if (field.kind === 'schedule') return <ScheduleEditor {...common} schedule={value as ScheduledLimit[]} />
  return <ArgumentsEditor {...common} wrongEntry={wrongEntry} words={value as string[]} />
}
