import { Icon } from '../../shared/controls/Icon.tsx'
import type { IconName } from '../../shared/controls/icons.ts'
import layout from '../../shared/controls/layout.module.css'
import styles from './chat.module.css'

const TONES = ['accent', 'good', 'warn', 'bad'] as const

/** A circle with the first letter of a name, or an icon. `seed` determines its color. */
export function Avatar({ name, seed, icon }: { name: string; seed: string; icon?: IconName | undefined }) {
  const [letter = '?'] = name.replace(/[^\p{L}\p{N}]/gu, '')
  const sum = [...seed].reduce((total, each) => total + each.codePointAt(0)!, 0)
  return (
    <span
      className={`${layout.center} ${layout.fixed} ${styles.avatar}`}
      data-tone={TONES[sum % TONES.length]}
      aria-hidden="true"
    >
      {icon ? <Icon name={icon} size={18} /> : letter.toLocaleUpperCase()}
    </span>
  )
}
