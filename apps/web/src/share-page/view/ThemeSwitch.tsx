import { useCell } from '../../node/context.tsx'
import { texts } from '../../texts/share-page.ts'
import { setTheme, THEMES, type Theme, theme } from '../../theme/theme.ts'
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
