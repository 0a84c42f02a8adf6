import { texts } from '../../../shared/messages/share-page.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { setTheme, THEMES, type Theme, theme } from '../../../shared/theme/theme.ts'
import styles from './view.module.css'

export function ThemeSwitch() {
  return (
    <select
      className={styles.theme}
      aria-label={texts.theme.label}
      value={useCell(theme)}
      onChange={({ target }) => setTheme(target.value as Theme)}
    >
      {THEMES.map(each => (
        <option key={each} value={each}>
          {texts.theme[each]}
        </option>
      ))}
    </select>
  )
}
