import { Tooltip } from '@base-ui/react/tooltip'
import type { ComponentProps, ReactElement } from 'react'
import styles from './Button.module.css'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'plain' | 'quiet' | 'danger'
  size?: 'small' | 'usual' | 'large'
  icon?: IconName | undefined
}

export const buttonClass = (
  variant: NonNullable<ButtonProps['variant']> = 'plain',
  size: ButtonProps['size'] = 'usual',
) => [styles.button, styles[variant], size === 'usual' ? '' : styles[size]].filter(Boolean).join(' ')

export function Button({
  variant = 'plain',
  size = 'usual',
  icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={[buttonClass(variant, size), className].filter(Boolean).join(' ')}
      {...rest}
    >
      {icon && <Icon name={icon} size={size === 'small' ? 16 : 18} />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  icon: IconName
  /** The name of the action: shown as a tooltip and read by screen readers. */
  label: string
  /** A key that triggers the same action. */
  shortcut?: string
}

export function IconButton({
  label,
  shortcut,
  icon,
  variant = 'quiet',
  size = 'usual',
  className,
  ...rest
}: IconButtonProps) {
  const classes = [buttonClass(variant, size), styles.icon, className].filter(Boolean).join(' ')
  return (
    <Hint text={shortcut ? `${label} (${shortcut})` : label}>
      <button type="button" aria-label={label} className={classes} {...rest}>
        <Icon name={icon} size={size === 'small' ? 16 : 19} />
      </button>
    </Hint>
  )
}

/** A tooltip for one element. The element must have the same text for screen readers. */
function Hint({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={7} className={styles.positioner}>
          <Tooltip.Popup className={styles.tooltip}>{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
