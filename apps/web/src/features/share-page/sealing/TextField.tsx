import { type ComponentProps, useId } from 'react'
import view from '../view/view.module.css'
import styles from './sealing.module.css'

interface Props extends Omit<ComponentProps<'input'>, 'ref'> {
  readonly label: string
  readonly hint?: string
  readonly problem?: string | undefined
  /** Of several lines. */
  readonly isLong?: boolean
}

/** A field with what to write there, and what is wrong with it. */
export function TextField({ label, hint, problem, isLong, ...rest }: Props) {
  const id = useId()
  const told = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ')
  const shared = {
    id,
    autoComplete: 'off',
    spellCheck: false,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': told || undefined,
  } as const
  return (
    <div className={view.linkField}>
      <label htmlFor={id}>{label}</label>
      {isLong ? (
        <textarea {...shared} name={rest.name} className={styles.keys} rows={3} />
      ) : (
        <input {...shared} {...rest} className={rest.type === 'file' ? styles.file : view.input} />
      )}
      {hint && (
        <p id={`${id}-hint`} className={view.soft}>
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} role="alert" className={view.wrong}>
          {problem}
        </p>
      )}
    </div>
  )
}
