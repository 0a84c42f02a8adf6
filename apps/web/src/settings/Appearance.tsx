import { Segments } from '../components/Parts.tsx'
import { useCell } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { setTheme, THEMES, type Theme, theme } from '../theme/theme.ts'
import styles from './settings.module.css'

export function Appearance() {
  const chosen = useCell(theme)
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{texts.app.theme.label}</h3>
        <p>{texts.settings.appearance.body}</p>
      </div>
      <div className={styles.control}>
        <Segments<Theme>
          label={texts.app.theme.label}
          value={chosen}
          segments={THEMES.map(value => ({ value, text: texts.app.theme[value] }))}
          onChange={setTheme}
        />
      </div>
    </div>
  )
}
