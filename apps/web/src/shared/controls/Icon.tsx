import { ICONS, type IconName, MIRRORED } from './icons.ts'

interface Look {
  readonly size?: number
  readonly className?: string | undefined
}

/** An icon without text: the text next to it describes it. */
export function Icon({ name, ...look }: Look & { readonly name: IconName }) {
  const strokeWidth = name === 'more' ? 2.6 : undefined
  return <Glyph path={ICONS[name]} mirrored={MIRRORED.has(name)} {...look} strokeWidth={strokeWidth} />
}

/** Draws an icon from a path, on a grid of 24 by 24. */
export function Glyph({
  path,
  size = 18,
  className,
  strokeWidth,
  mirrored,
}: Look & {
  readonly path: string | undefined
  readonly strokeWidth?: number | undefined
  /** Whether it is mirrored in languages that are written from right to left. */
  readonly mirrored?: boolean
}) {
  return (
    <svg
      className={className}
      data-mirrored={mirrored || undefined}
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
      <path d={path} strokeWidth={strokeWidth} />
    </svg>
  )
}
