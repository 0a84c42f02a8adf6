import { type ComponentProps, type ReactNode, useId } from 'react'
import styles from './Field.module.css'
import layout from './layout.module.css'

interface Described {
  readonly label: ReactNode
  readonly hint?: ReactNode
  /** The problem with the value, and what to do. */
  readonly error?: ReactNode
}

interface Ids {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

function Frame({ label, hint, error, children }: Described & { children: (ids: Ids) => ReactNode }) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={`${layout.stack1} ${layout.shrink}`}>
      <label className={layout.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <div id={`${id}-hint`} className={`${layout.soft} ${styles.hint}`}>
          {hint}
        </div>
      )}
      {error && (
        <div id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </div>
      )}
    </div>
  )
}

export const controlClass = styles.control
export const switchClass = styles.switch

export function TextField({ label, hint, error, className, ...rest }: Described & ComponentProps<'input'>) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {ids => <input {...ids} className={[styles.control, className].filter(Boolean).join(' ')} {...rest} />}
    </Frame>
  )
}

export function TextArea({ label, hint, error, className, ...rest }: Described & ComponentProps<'textarea'>) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {ids => (
        <textarea {...ids} className={[styles.control, className].filter(Boolean).join(' ')} {...rest} />
      )}
    </Frame>
  )
}

export interface Option {
  readonly value: string
  readonly text: string
}

export function SelectField({
  label,
  hint,
  error,
  options,
  ...rest
}: Described & ComponentProps<'select'> & { options: readonly Option[] }) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {ids => (
        <select {...ids} className={styles.control} {...rest}>
          {options.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Frame>
  )
}

type BoxProps = Omit<Described, 'error'> & Omit<ComponentProps<'input'>, 'type'>

export function CheckField(props: BoxProps) {
  return <Box {...props} />
}

/** A switch that takes effect at once. */
export function SwitchField(props: BoxProps) {
  return <Box {...props} look={styles.switch} role="switch" />
}

function Box({ label, hint, look, ...rest }: BoxProps & { look?: string | undefined }) {
  const id = useId()
  return (
    <label className={styles.row}>
      <input type="checkbox" className={look} aria-describedby={hint ? id : undefined} {...rest} />
      <span className={`${layout.shrink} ${styles.words}`}>
        <span>{label}</span>
        {hint && (
          <span id={id} className={`${layout.soft} ${styles.hint}`}>
            {hint}
          </span>
        )}
      </span>
    </label>
  )
}
