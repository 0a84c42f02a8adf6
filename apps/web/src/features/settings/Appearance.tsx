import { Segments } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useCell } from '../../shared/node/context.tsx'
import { setTheme, THEMES, type Theme, theme } from '../../shared/theme/theme.ts'
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
