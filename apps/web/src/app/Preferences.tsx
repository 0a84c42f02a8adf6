import { IconButton } from '../shared/controls/Button.tsx'
import { Menu } from '../shared/controls/Menu.tsx'
import { texts } from '../shared/messages/texts.ts'
import { useCell } from '../shared/node/context.tsx'
import { setTheme, THEMES, theme } from '../shared/theme/theme.ts'
import { shortcutsShown } from '../shared/ui/ui.ts'
import styles from './Preferences.module.css'

const ICONS = { system: 'screen', light: 'sun', dark: 'moon' } as const

/** Preferences of this browser, which the node does not store. */
export function Preferences() {
  return (
    <div className={styles.preferences}>
      <ThemeMenu />
      <IconButton
        icon="keyboard"
        label={texts.app.shortcuts.open}
        shortcut="?"
        onClick={() => shortcutsShown.set(true)}
      />
    </div>
  )
}

export function ThemeMenu() {
  const chosen = useCell(theme)
  const items = () =>
    THEMES.map(each => ({
      kind: 'choice' as const,
      text: texts.app.theme[each],
      chosen: each === chosen,
      onSelect: () => setTheme(each),
    }))
  return (
    <Menu
      align="start"
      trigger={<IconButton icon={ICONS[chosen]} label={texts.app.theme.label} />}
      items={items}
    />
  )
}
