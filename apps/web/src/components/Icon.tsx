import { ICONS, type IconName } from './icons.ts'

/** A picture without words of its own: what is beside it says what it means. */
export function Icon({
  name,
  size = 18,
  className,
}: {
  name: IconName
  size?: number
  className?: string | undefined
}) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={ICONS[name]} strokeWidth={name === 'more' ? 2.6 : undefined} />
    </svg>
  )
}
