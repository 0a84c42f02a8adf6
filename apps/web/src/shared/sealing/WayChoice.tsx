import type { Way } from './ways.ts'

interface Props {
  readonly way: { readonly by: Way; readonly label: string; readonly hint: string }
  readonly chosen: Way
  readonly className: string | undefined
  onChoose(by: Way): void
}

/** One way to seal, to be chosen in a form. */
export function WayChoice({ way: { by, label, hint }, chosen, className, onChoose }: Props) {
  return (
    <label className={className}>
      <input type="radio" name="by" value={by} checked={chosen === by} onChange={() => onChoose(by)} />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  )
}
